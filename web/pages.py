"""Pages that the service draws by itself, outside the app: one sheet of style, bilingual, light and dark."""

from __future__ import annotations

from starlette.responses import HTMLResponse

from web.security import policy_for

SHEET = """
:root{color-scheme:light;--bg:#f7f2ea;--surface:#fffdf9;--surface-2:#f0e9dd;--line:#ddd3c3;--ink:#27221c;--ink-2:#5b5247;
--brand:#12594f;--brand-soft:#e1ede7;--brand-ink:#0f4f46;--focus:#1a56b8;--lamp-soft:#fbeccd}
@media(prefers-color-scheme:dark){:root{color-scheme:dark;--bg:#171411;--surface:#221e19;--surface-2:#2d2822;--line:#433b32;
--ink:#f2ebe0;--ink-2:#c2b7a7;--brand:#7dcfbd;--brand-soft:#1c3a33;--brand-ink:#9adccc;--focus:#9cc3ff;--lamp-soft:#3d3019}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:1.0625rem/1.6 -apple-system,BlinkMacSystemFont,"PingFang SC",
"HarmonyOS Sans SC","MiSans","Noto Sans SC","Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif}
header{background:var(--surface);border-bottom:1px solid var(--line);padding:12px 16px;font-weight:700;display:flex;
gap:10px;align-items:baseline;flex-wrap:wrap}
header small{font-weight:400;color:var(--ink-2);font-size:.875rem}
main{max-width:44rem;margin:0 auto;padding:24px 16px 48px}
h1{font-size:1.5rem;line-height:1.35;margin:0 0 4px}
h2{font-size:1.1875rem;line-height:1.35;margin:28px 0 8px}
p{margin:0 0 12px}
h1 .en,h2 .en,li .en,p>.en,.note [lang=en],.quiet [lang=en]{display:block}
h1 .en,h2 .en{font-size:.75em}
.en{color:var(--ink-2)}
.card{background:var(--surface);border:1px solid var(--line);border-radius:16px;padding:16px;margin:0 0 12px}
.card header,.card p:last-child{margin:0}
.meta{display:flex;justify-content:space-between;gap:12px;flex-wrap:wrap;color:var(--ink-2);font-size:.9375rem;
font-variant-numeric:tabular-nums}
.code{font:700 1.875rem/1.35 ui-monospace,"SF Mono","Noto Sans Mono",monospace;letter-spacing:.12em;
color:var(--brand-ink);background:var(--brand-soft);border-radius:10px;padding:6px 14px;display:inline-block;
margin:8px 0;user-select:all}
.note{background:var(--lamp-soft);border-radius:10px;padding:10px 14px;margin:12px 0}
.quiet{border:1px dashed var(--line);border-radius:16px;padding:24px 16px;text-align:center;color:var(--ink-2)}
ol{padding-left:1.4em;margin:0 0 12px}li{margin:4px 0}
code{font-family:ui-monospace,"SF Mono","Noto Sans Mono",monospace;overflow-wrap:anywhere}
a{color:var(--brand)}a.button{display:inline-block;background:var(--brand);color:var(--surface);border-radius:10px;
padding:12px 20px;min-height:50px;text-decoration:none;font-weight:600}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:6px}
"""


def html_page(title: str, body: str, *, script: str = "") -> HTMLResponse:
    """A whole page.

    Args:
        title: plain text for the window and the head, Chinese first.
        body: HTML of the main part; whoever builds it escapes what people wrote.
        script: JavaScript that stands in the page; its hash is allowed by the page's policy.
    """
    html = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="icon" href="/icon.svg" type="image/svg+xml"><style>{SHEET}</style></head>'
        f"<body><header>家门口 <small>Doorstep</small></header><main>{body}</main>"
        f"{f'<script>{script}</script>' if script else ''}</body></html>"
    )
    return HTMLResponse(html, headers={"content-security-policy": policy_for(html), "cache-control": "no-store"})
