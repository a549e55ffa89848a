"""What whoever runs the studio sees of it: the catalogue of metrics, the dashboards, and the page about them."""
