"""Where templates are: the package's own, and the panels of processes.

A panel that no process has is one of the package's own, in `templates/panels/`.
"""

from pathlib import Path

import jinja2

_HERE = Path(__file__).parent
_OWN = _HERE / "templates" / "panels"


def loader() -> jinja2.BaseLoader:
    """Return the loader of all templates below `forms/`, for an environment to chain.

    `forms/form.html` is one of the package's own, `forms/<process>/<panel>.html` is a panel.
    """
    return jinja2.PrefixLoader(
        {
            "forms": jinja2.ChoiceLoader(
                [jinja2.FileSystemLoader(_HERE / "templates"), jinja2.FileSystemLoader(_HERE)]
            )
        }
    )


def panel_template(panel: str, *, process: str) -> str:
    """Return the name of a panel's template; a panel without a process is its own process's."""
    if (_OWN / f"{panel}.html").is_file():
        return f"forms/panels/{panel}.html"
    return f"forms/{panel}.html" if "/" in panel else f"forms/{process}/{panel}.html"


def has_panel(panel: str, *, process: str) -> bool:
    """Tell whether there is such a panel; its name has been checked to be one."""
    if (_OWN / f"{panel}.html").is_file():
        return True
    folder, _, name = panel.rpartition("/")
    return (_HERE / (folder or process) / f"{name}.html").is_file()


def list_panels(*, process: str) -> list[str]:
    """Return the panels that a form of a process may name: its own, then those of others."""
    own = sorted(path.stem for path in (_HERE / process).glob("*.html"))
    others = sorted(
        f"{path.parent.name}/{path.stem}"
        for path in _HERE.glob("*/*.html")
        if path.parent.name not in {process, "templates"}
    )
    return [*own, *(path.stem for path in sorted(_OWN.glob("*.html"))), *others]
