"""What the gateway's routes are compared with: bare Flask and one query, behind the same server and the same pool.

FIGURINE_BIND=127.0.0.1:8000 python -m bench.gateway_bare        with the gateway's environment besides
"""

from flask import Flask, Response, request

from common.service import Service
from common.serving import serve
from gateway.repository import Work
from gateway.wiring import build

PATH = "/bare"


def bare(service: Service[Work]) -> Flask:
    """An application that does as little as one can that has a database."""
    app = Flask("bare")
    database = service.unit.database

    def answer() -> Response:
        sent = len(request.get_data())
        with database.begin() as connection:
            row = connection.execute("SELECT count(*) FROM styles").fetchone()
        return Response(f'{{"rows": {row[0] if row else 0}, "sent": {sent}}}', mimetype="application/json")

    app.add_url_rule(PATH, view_func=answer, methods=["GET", "POST"])
    return app


if __name__ == "__main__":
    serve(build(), bare)
