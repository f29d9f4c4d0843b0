"""What has to be there before a class is hosted. Everything that is missing is one sentence, and the app ends."""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

from streamlit import config

from lib.refusal import Refusal
from lib.ui.course.acting import open_the_store, settings, store
from lib.ui.course.addresses import CAME_BACK
from lib.ui.course.cookies import is_loopback
from lib.ui.course.standing import providers
from lib.ui.hosting import setting

if TYPE_CHECKING:
    from lib.course.engine import Engine

NEEDED = ("sqlalchemy", "alembic", "psycopg", "procrastinate", "authlib", "httpx")
SHORTEST_SECRET = 32
MOST_WORKERS = 64


def need_ready() -> None:
    """Raises Refusal unless a class can be hosted here, and opens its database."""
    _need_packages()
    _leave_out_of_the_log()
    _need_protection()
    _need_tls()
    _need_sound_sign_in()
    workers_here()
    _need_isolation()
    _need_metrics()
    open_the_store()
    # the browser's own file of a table would carry formulas, and nobody would know who took it
    config.set_option("client.disableDataExport", True)


def _need_isolation() -> None:
    from lib.course.engine.isolated import need_full_isolation

    need_full_isolation()


def _need_metrics() -> None:
    """Where metrics are asked for, what writes them is there."""
    if settings().metrics_token:
        _need_packages(("prometheus_client",))


def _need_packages(names: Sequence[str] = NEEDED) -> None:
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise Refusal(
                'hosting is "class" in secrets.toml, which needs {name}: pip install -r requirements-class.txt',
                name=error.name or name,
            ) from error


def _leave_out_of_the_log() -> None:
    """What Authlib says of its own future with each start: we pin what it works with."""
    from authlib.deprecate import AuthlibDeprecationWarning

    warnings.filterwarnings("ignore", "The httpx module is deprecated", AuthlibDeprecationWarning)


def _need_protection() -> None:
    for option in ("server.enableCORS", "server.enableXsrfProtection"):
        if not config.get_option(option):
            raise Refusal(
                "A class needs {option} = true, and it is false: other sites could act for students.", option=option
            )


def _need_tls() -> None:
    """Where the server listens beyond this machine it has a certificate, or a proxy that it knows of."""
    bound = config.get_option("server.address")
    certified = config.get_option("server.sslCertFile") and config.get_option("server.sslKeyFile")
    if (
        not certified
        and not setting("proxies", [])
        and not (bound and is_loopback(f"[{bound}]" if ":" in bound else bound))
    ):
        raise Refusal(
            "A class needs TLS beyond this machine: set server.sslCertFile and server.sslKeyFile, or name the proxy "
            "that ends TLS under proxies in secrets.toml, or listen here alone with --server.address 127.0.0.1."
        )


def _need_sound_sign_in() -> None:
    """What [auth] needs is there, so that nobody finds out on Monday."""
    from streamlit.auth_util import validate_auth_credentials
    from streamlit.errors import StreamlitAuthError

    for name in providers():
        try:
            validate_auth_credentials(name)
        except StreamlitAuthError as error:
            raise Refusal("{why}", why=" ".join(str(error).split())) from error
    auth = setting("auth", {})
    if providers() and not str(auth["redirect_uri"]).endswith(CAME_BACK):
        raise Refusal(
            "redirect_uri is {came!r}; expected an address that ends with {end}.",
            came=auth["redirect_uri"],
            end=CAME_BACK,
        )
    if providers() and len(str(auth["cookie_secret"])) < SHORTEST_SECRET:
        raise Refusal("cookie_secret is shorter than {least} characters; make one at random.", least=SHORTEST_SECRET)


def workers_here() -> int:
    """How many submissions are graded at a time in the app itself; 0 where workers of their own do it."""
    workers = setting("workers", 1)
    if not isinstance(workers, int) or isinstance(workers, bool) or not 0 <= workers <= MOST_WORKERS:
        raise Refusal("workers is {came!r} in secrets.toml; expected 0 to {most}.", came=workers, most=MOST_WORKERS)
    return workers


def start_grading() -> Engine | None:
    """Grades what is handed in, beside the pages, until it is stopped. From here on the log has the form asked for."""
    from lib.course import engine

    if settings().logs == "json":
        log_in_one_form()
    return engine.start(store(), workers_here()) if workers_here() else None


def log_in_one_form() -> None:
    """Of Streamlit too, whose loggers otherwise write lines of their own, those that it makes later as well."""
    import streamlit.logger

    from lib.course.log import log_as_json

    def leave_it_to_ours(logger: logging.Logger) -> None:
        logger.propagate = True

    streamlit.logger.setup_formatter = leave_it_to_ours
    log_as_json()
