"""What WCAG 2.2 AA asks of these pages and a program can see."""

from selenium.webdriver.common.by import By

CONTRAST = """
function channel(c){c/=255;return c<=0.04045?c/12.92:Math.pow((c+0.055)/1.055,2.4)}
function parse(t){const m=t.match(/[\\d.]+/g).map(Number);return {r:m[0],g:m[1],b:m[2],a:m.length>3?m[3]:1}}
function lum(c){return 0.2126*channel(c.r)+0.7152*channel(c.g)+0.0722*channel(c.b)}
function ground(e){for(;e;e=e.parentElement){const c=parse(getComputedStyle(e).backgroundColor);if(c.a>0.99)return c}return {r:255,g:255,b:255}}
const low=[];
for(const e of document.querySelectorAll('body *')){
  const own=[...e.childNodes].some(n=>n.nodeType===3&&n.textContent.trim());
  if(!own||!e.getClientRects().length)continue;
  const s=getComputedStyle(e);if(s.visibility==='hidden')continue;
  const a=lum(parse(s.color)),b=lum(ground(e));
  const ratio=(Math.max(a,b)+0.05)/(Math.min(a,b)+0.05);
  const size=parseFloat(s.fontSize),bold=parseInt(s.fontWeight)>=700;
  const need=(size>=24||(bold&&size>=18.66))?3:4.5;
  if(ratio<need)low.push(e.tagName+' '+e.textContent.trim().slice(0,30)+' '+ratio.toFixed(2));
}
return low;
"""


def problems(driver, language):
    """A list of what is wrong; empty if nothing is."""
    found = []
    html = driver.find_element(By.TAG_NAME, "html")
    if html.get_attribute("lang") != language:
        found.append(f"lang is {html.get_attribute('lang')}, not {language}")
    if len(driver.find_elements(By.TAG_NAME, "h1")) != 1:
        found.append("there is not exactly one h1")
    if not driver.title.strip():
        found.append("no title")
    for field in driver.find_elements(By.CSS_SELECTOR, "input:not([type=hidden])"):
        name = field.get_attribute("id")
        if not name or not driver.find_elements(By.CSS_SELECTOR, f"label[for='{name}']"):
            found.append(f"input {field.get_attribute('name')} has no label")
        for wired in (field.get_attribute("aria-describedby") or "").split():
            if not driver.find_elements(By.ID, wired):
                found.append(f"{name} is described by {wired}, which is not there")
    for image in driver.find_elements(By.TAG_NAME, "img"):
        if image.get_attribute("alt") is None:
            found.append("an image without alt")
    for button in driver.find_elements(By.TAG_NAME, "button"):
        if not button.text.strip() and not button.get_attribute("aria-label"):
            found.append("a button without a name")
        size = button.size
        if size["height"] < 24 or size["width"] < 24:
            found.append(f"the button {button.text} is smaller than 24 by 24")
    if driver.execute_script("return document.documentElement.scrollWidth > window.innerWidth + 1"):
        found.append("the page scrolls sideways")
    return found + [f"contrast: {line}" for line in driver.execute_script(CONTRAST)]
