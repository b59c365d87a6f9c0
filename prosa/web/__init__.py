"""What all pages share: the shell document, its guards, hashed assets, live updates, the kit.

A page is one HTML document without inline script; everything it shows comes from its component's
JSON API and event stream. `kit/` holds the TypeScript and CSS that pages are written with,
`python -m prosa.web.build` turns them into `assets/`. Nothing here imports another prosa module:
the simulator uses this package and may share nothing else with what it judges.
"""
