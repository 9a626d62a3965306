"""The looks of the report's page, light or dark as the reader's screen is."""

REPORT_CSS = """
:root { color-scheme: light dark; --ink: #1d2329; --soft: #66707a; --line: #d9dee3; --page: #ffffff; --mark: #1f6fb8 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e7eb; --soft: #98a3ad; --line: #343b42; --page: #16191c; --mark: #6fb3ef }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1400px; margin: 0 auto; padding: 2rem 1.5rem 4rem }
h1 { font-size: 2rem; margin: 0 0 .5rem }
h2 { margin: 3rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line) }
h3 { margin: 1.75rem 0 .5rem; font-size: 1rem }
p { max-width: 75ch }
small, figcaption, summary, dd { color: var(--soft) }
small { font-size: .8rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: left; vertical-align: top; padding: .4rem 1.1rem .4rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600; min-width: 7rem; max-width: 16rem; overflow-wrap: anywhere }
td:first-child { min-width: 11rem }
td { min-width: 5rem }
td b { color: var(--mark) }
.strips { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem }
figure { margin: 0 0 1rem; max-width: 100% }
figcaption { font-size: .85rem; margin-bottom: .3rem; overflow-wrap: anywhere }
img { max-width: 100%; height: auto; image-rendering: pixelated }
details { margin: 1rem 0 }
summary { cursor: pointer }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.5rem }
dd { margin: 0 }
"""
