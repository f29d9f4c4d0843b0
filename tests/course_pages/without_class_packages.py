"""python -m tests.course_pages.without_class_packages

The app where nothing of requirements-class.txt is installed: it starts, and every page opens. Prints how many.
"""

from __future__ import annotations

import sys

PACKAGES = ("sqlalchemy", "alembic", "psycopg", "procrastinate", "authlib", "httpx")
OURS = ("lib.store", "lib.course")


def main() -> None:
    for name in PACKAGES:
        sys.modules[name] = None  # type: ignore[assignment]  # to import it is refused from now on
    from streamlit.testing.v1 import AppTest

    import app
    from lib.site import renders

    app.warm_up()
    opened = AppTest.from_file("../../lib/router.py", default_timeout=60)
    for slug in ("", *renders()):
        opened.session_state["goto"] = slug
        opened.run()
        assert not opened.exception, (slug, [error.message for error in opened.exception])
    assert not [name for name in sys.modules if name.startswith(OURS)]
    print(len(renders()) + 1, "pages opened")


if __name__ == "__main__":
    main()
