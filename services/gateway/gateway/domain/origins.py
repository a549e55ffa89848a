"""Other sites whose scripts may use the API in a browser. Pure."""

from urllib.parse import urlsplit


def parse_origins(given: str) -> frozenset[str]:
    """Origins, written with commas between them. Raises ValueError for what is none."""
    origins = frozenset(part.strip() for part in given.split(",") if part.strip())
    for each in sorted(origins):
        parts = urlsplit(each)
        if parts.scheme not in {"http", "https"} or not parts.netloc or each != f"{parts.scheme}://{parts.netloc}":
            message = f"{each} is no origin; write it like https://shop.example"
            raise ValueError(message)
    return origins
