// An OpenID provider that says yes to everybody, for sandboxes and tests: code flow, userinfo, introspection and
// CIBA. No product contains it (`make imports`, `Tests/house/symbols.py`).
