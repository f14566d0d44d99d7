"""Checks the prose of comments, and of texts that operators read.

Fails when a line of a Swift comment is longer than 120 characters, when a comment begins with a relative clause ("What …",
"Whom …") instead of a noun or a verb, and when a comment, or a text in `Sources`, has one of the words for which there are
plainer ones.
"""

import re
import sys

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 120

# Each with what to say instead. SHALL in capitals is the word of the standards.
WORDS = {
    r"[Ww]ho(m|se)?ever": "anyone who, the caller, the person",
    r"[Nn]obody": "no one, no caller, no process; or the passive",
    r"[Ss]hall": "must, may or will",
    r"anew": "again",
    r"beside": "next to, in addition to",
    r"be had": "is available, can be fetched, can be taken",
}
AVOIDED = re.compile(r"\b(?:" + "|".join(f"(?:{word})" for word in WORDS) + r")\b")
COMMENT = re.compile(r"^\s*///?(?: (.*))?$")
BEGINNING = re.compile(r"(?:What|That|Whom|Whose|Who|For whom|With which|From which|Whatever)\b")


def instead(text):
    """The first avoided word of a text with its remedy, or nothing."""
    if found := AVOIDED.search(text):
        remedy = next(remedy for word, remedy in WORDS.items() if re.fullmatch(word, found.group()))
        return f'"{found.group()}"; say: {remedy}'
    return None


def findings(text, hasTexts):
    """Numbers of lines with what is wrong there. `hasTexts`: whether people read its texts too."""
    goesOn = False
    for number, line in enumerate(text.splitlines(), 1):
        comment = COMMENT.match(line)
        if comment is None:
            goesOn = False
            if hasTexts and (wrong := instead(line)):
                yield number, f"a text with {wrong}"
            continue
        words = comment.group(1) or ""
        if len(line) > LONGEST:
            yield number, f"a comment of {len(line)} characters; {LONGEST} is the limit"
        if not goesOn and BEGINNING.match(words):
            yield number, f'a comment that begins with "{BEGINNING.match(words).group()}"; begin with a noun or a verb'
        if wrong := instead(words):
            yield number, f"a comment with {wrong}"
        goesOn = True


def main():
    count = 0
    files = [*sorted((ROOT / "Sources").rglob("*.swift")), *sorted((ROOT / "Tests").rglob("*.swift"))]
    for file in files:
        place = file.relative_to(ROOT)
        for number, finding in findings(file.read_text(), hasTexts=place.parts[0] == "Sources"):
            print(f"{place}:{number}: {finding}")
            count += 1
    if count == 0:
        print(f"comments and texts of {len(files)} Swift files use plain words, in lines of at most {LONGEST}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
