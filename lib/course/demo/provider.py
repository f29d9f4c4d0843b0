"""python -m lib.course.demo.provider PORT [NAME …]

An identity provider for trying things out, on this machine alone. It signs in anyone as anyone: whoever is named, or
typed, under the e-mail NAME@example.edu, which it calls verified.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Sequence
from typing import Any

HOST = "127.0.0.1"


def claims_of(name: str) -> dict[str, Any]:
    """What it says of somebody: "li.wei" is Li Wei."""
    return {"name": name.replace(".", " ").title(), "email": f"{name}@example.edu", "email_verified": True}


def serve(port: int, names: Sequence[str]) -> None:
    """Serves until the program is ended."""
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    make_server(HOST, port, provider(names), threaded=True).serve_forever()


def provider(names: Sequence[str]) -> Any:
    """The provider's app. Where the address brings a name along (login_hint), nothing is asked."""
    from authlib.deprecate import AuthlibDeprecationWarning

    warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # it uses parts of Authlib that are on their way out
    import flask
    from oidc_provider_mock import User, app

    made = app(user_claims=[User(sub=name, claims=claims_of(name)) for name in names])
    made.wsgi_app = made.wsgi_app.app  # without the debugger that it puts around itself
    made.debug = False

    @made.before_request
    def as_asked() -> Any:
        hint = flask.request.args.get("login_hint")
        if hint and flask.request.path == "/oauth2/authorize" and flask.request.method == "GET":
            there = flask.request.full_path
            return made.test_client().post(there, data={"sub": hint}, base_url=flask.request.host_url)
        return None

    return made


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2:])
