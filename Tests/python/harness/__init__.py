"""What the Python tests and tools share: it starts gateways, calls them as clients do, and verifies what comes back.

    program      where the programs under test are, in one place
    processes    free ports; processes that are ended by their pid
    gateway      a sandbox, or `countersign serve` on its state: started, stopped, killed, started again
    sandbox      what sandbox.json tells
    wire         HTTP exactly as it is written down; exchanges: what was said and heard, for openapi/check.py
    portal       the partner's software: calls, and signatures that are verified
    browser      a person with a browser without JavaScript, who logs in and consents
    oauth_client what every OAuth client does
    strict       answers, decoded as strictly as the clients do; models: the one set of them
    verify       signatures and chains; pkce, jose, encodings, one_time_codes: what a client computes for itself
    servers      small servers on loopback

Tests/python is the one folder on the path. What `make crash` imports needs the standard library alone.
"""
