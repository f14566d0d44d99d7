"""The program under test, and where the repository is. Nothing else knows a path of theirs."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "Fixtures"
# It serves sandboxes, and does all that countersign does, with the rules of a sandbox.
PROGRAM = Path(os.environ.get("COUNTERSIGN_PROGRAM", ROOT / ".build/debug/countersign-sandbox")).absolute()

SANDBOX = [PROGRAM, "sandbox"]
EID_SIMULATOR = [PROGRAM, "eid-simulator"]
