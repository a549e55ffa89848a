"""The laws that ask for a longer keeping."""

# Art. 17(3)(b) GDPR; the longest of the periods tax law asks for where the studio is likely to run.
BOOKS = "tax law: accounting records"
