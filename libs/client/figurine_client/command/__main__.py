"""Run the command: `figurine`, or `python -m figurine_client.command`."""

from figurine_client.command.app import app


def main() -> None:
    """The entry of the installed command."""
    app()


if __name__ == "__main__":
    main()
