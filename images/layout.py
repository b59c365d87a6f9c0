# ruff: noqa: INP001 - a program of the Dockerfile, in no package
"""Copy what one component needs, and nothing of the others: `layout.py COMPONENT SOURCE APP`.

Components never import each other (import-linter holds that), so that a service is the kernel and
its own package. `python APP` starts it.
"""

import shutil
import sys
from pathlib import Path

MODULES = {"operator": "prosa_operator", "simulator": "simulator"}
"""Where a component is no service."""

WITH_PAGES = frozenset({"handoff", "analytics", "simulator"})
START = 'import runpy\n\nrunpy.run_module("{module}", run_name="__main__", alter_sys=True)\n'


def main(component: str, source: Path, app: Path) -> None:
    """Lay out the folder that PYTHONPATH names."""
    module = MODULES.get(component, f"services.{component}")
    if not (source / module.replace(".", "/") / "__main__.py").is_file():
        raise SystemExit(f"COMPONENT={component}: there is no such component")
    shutil.copytree(source / "prosa", app / "prosa")
    if component in WITH_PAGES:
        if not any((app / "prosa/web/assets").glob("*.js")):
            raise SystemExit("the pages are not built: run `make assets` first")
    else:
        shutil.rmtree(app / "prosa/web/assets", ignore_errors=True)
    top = module.partition(".")[0]
    shutil.copytree(source / module.replace(".", "/"), app / module.replace(".", "/"))
    if top != module:
        shutil.copy(source / top / "__init__.py", app / top / "__init__.py")
    (app / "__main__.py").write_text(START.format(module=module))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
