"""What can be seen to be wrong with a screen without knowing it: by axe, by measuring, and by looking for Chinese."""

from __future__ import annotations

from typing import Any

from bootstrap.places import PWA
from tests.browser.engines import Screen

AXE = PWA / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"target-size": {"enabled": True}}
"""Of WCAG 2.2, and off in axe unless it is asked for; all others, its own good practice included, run anyhow."""

AUDIT = """
async (rules) => {
  const { violations } = await axe.run(document, { rules, resultTypes: ['violations'] });
  const why = ({ any, all, none }) => [...any, ...all, ...none][0]?.message ?? '';
  return violations.map(({ id, nodes }) => `${id}: ${nodes.length} × ${nodes[0].target.join(' ')} | ${why(nodes[0])}`);
}
"""
SIDEWAYS = """
() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return '';
  const isOver = (e) => e.getBoundingClientRect().right > clientWidth + 1;
  const wide = [...document.querySelectorAll('body *')].filter(isOver);
  const last = wide.filter((e) => !wide.some((other) => other !== e && e.contains(other)));
  const named = last.slice(0, 3).map((e) => [e.tagName.toLowerCase(), ...e.classList].join('.'));
  return `the page is ${scrollWidth - clientWidth} px wider than the screen: ${named.join(', ')}`;
}
"""
CUT = """
() => {
  const all = { opacityProperty: true, visibilityProperty: true };
  const shown = (e) => e.checkVisibility(all) && !e.closest('.vh, .skip');
  const scrolls = (e) => /auto|scroll/.test(getComputedStyle(e).overflowX);
  const classes = (e) => [e.tagName.toLowerCase(), ...e.classList].join('.');
  const named = (e) => `${classes(e)} “${e.textContent.trim().slice(0, 24)}”`;
  const speaks = (e) => [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const found = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!(e instanceof HTMLElement) || !shown(e) || e.textContent.trim() === '') continue;
    const style = getComputedStyle(e);
    const hides = /hidden|clip/.test(style.overflowX);
    if (hides && e.scrollWidth > e.clientWidth + 1 && style.clipPath === 'none') found.push(`cut inside ${named(e)}`);
    const { right, left, width } = e.getBoundingClientRect();
    if (width > 1 && speaks(e) && (right > innerWidth + 1 || left < -1)) {
      let above = e.parentElement;
      while (above && !scrolls(above)) above = above.parentElement;
      if (!above) found.push(`beside the screen: ${named(e)}`);
    }
  }
  return found;
}
"""
HAN = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { parentElement } = node;
    if (!/[\\u3400-\\u9fff]/.test(node.data) || !parentElement || /SCRIPT|STYLE/.test(parentElement.tagName)) continue;
    if (parentElement.closest('[lang^=zh]:not(html)') || !parentElement.checkVisibility()) continue;
    found.add(node.data.trim());
  }
  return [...found];
}
"""


def audit(screen: Screen) -> list[str]:
    """What axe finds against its rules: the rule, how often, where first and why."""
    if not screen.page.evaluate("typeof axe === 'object'"):
        screen.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = screen.page.evaluate(AUDIT, RULES)
    return found


def cut(screen: Screen) -> list[str]:
    """Words that are cut off or stand beside the screen."""
    found: list[str] = screen.page.evaluate(CUT)
    wider: str = screen.page.evaluate(SIDEWAYS)
    return [*found, wider] if wider else found


def chinese(screen: Screen) -> list[str]:
    """Chinese words that are not marked as Chinese."""
    found: list[Any] = screen.page.evaluate(HAN)
    return [str(words) for words in found]
