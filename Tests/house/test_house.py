"""Each rule of the house fails when it is broken."""

import contextlib
import io
import os
import pathlib
import tempfile
import time
import unittest

import boxes
import documents
import imports
import package
import prose
import sections
import sizes
import symbols
import within

from package import Target


def house(**changes):
    """A small house in which everything is right, with targets added or replaced: name="what it depends on"."""
    depends = {
        "CJansson": "", "COpenSSL": "", "Octets": "", "WireJSON": "Octets CJansson", "SoleControl": "WireJSON Crypto",
        "OAuth": "WireJSON", "OutboundHTTP": "", "OpenSSLPKI": "SoleControl COpenSSL", "Webhooks": "SoleControl OutboundHTTP",
        "Conformance": "WireJSON", "ConformanceOpenSSL": "Conformance COpenSSL", "EIDSimulator": "WireJSON", "SelfSignedTLS": "COpenSSL",
        "Assembly": "SoleControl OpenSSLPKI Webhooks", "OperatorCommands": "Assembly", "countersign": "OperatorCommands",
        "countersign-sandbox": "Assembly EIDSimulator SelfSignedTLS", "csc-conformance": "Conformance ConformanceOpenSSL",
        "TestSupport": "Assembly", "SomeTests": "TestSupport Conformance EIDSimulator countersign",
    } | {name.replace("_", "-"): value for name, value in changes.items()}  # fmt: skip
    targets = {}
    for name, others in depends.items():
        folder = f"{'Tests' if name.startswith('Test') or name.endswith('Tests') else 'Sources'}/{name}"
        target = Target(name, "regular", folder, set(others.split()), isC=name in ("CJansson", "COpenSSL"))
        target.imports = [(f"{folder}/A.swift:1", other.replace("-", "_")) for other in others.split()]
        targets[name] = target
    return targets


class SectionTests(unittest.TestCase):
    KNOWN = {"8.2.2": "oauth2/authorize", "11.10": "credentials/getChallenge", "11.13": "signatures/signHash", "7.6": "Algorithms"}

    def found(self, line):
        return [wrong for _, wrong in sections.findings(line, self.KNOWN)]

    def test_sections_that_the_text_has(self):
        self.assertEqual(self.found("/// `signatures/signHash` (CSC v1 §11.9, v2 §11.13)."), [])
        self.assertEqual(self.found("/// Hashes (CSC v2 §7.6, §11.13; RFC 6749 §99.9), and v1 §11.99."), [])
        self.assertEqual(self.found("/// `signatures/signHash`, of scope credential (V2 §8.2.2, §11.13)"), [])

    def test_sections_that_it_does_not_have(self):
        self.assertEqual(self.found("/// CSC v2 §8.4.2."), ["the text has no §8.4.2"])
        self.assertEqual(self.found("| x | V2 §11.13, §12.9 |"), ["the text has no §12.9"])

    def test_a_section_of_another_method(self):
        self.assertEqual(
            self.found("/// `signatures/signHash` (CSC v1 §11.9, v2 §11.10)."),
            ["§11.10 is not about the method that the line names; §11.13 is"])

    def test_the_contents_that_are_stored(self):
        known = sections.sections()
        self.assertEqual(known["11.14"], "signatures/signDoc")
        self.assertNotIn("8.4.2", known)


class ImportTests(unittest.TestCase):
    def rules(self, targets):
        """Findings of all rules but the one that looks for targets which the small house does not have."""
        return [finding for rule in imports.RULES if rule is not imports.rooms for finding in rule(targets)]

    def breaks(self, finding, **changes):
        self.assertIn(finding, " ".join(self.rules(house(**changes))))

    def test_a_house_that_keeps_all(self):
        self.assertEqual(self.rules(house()), [])

    def test_rooms(self):
        found = list(imports.rooms(house(Cellar="")))
        self.assertTrue(any(each.startswith("Cellar has no room") for each in found))
        self.assertIn("HTTPGateway has a room and is not in Package.swift", found)

    def test_what_is_imported_is_declared(self):
        targets = house()
        targets["OAuth"].imports.append(("Sources/OAuth/B.swift:7", "Attempts"))
        self.assertIn(
            "Sources/OAuth/B.swift:7: Package.swift does not say that OAuth depends on Attempts", self.rules(targets))

    def test_what_is_declared_is_imported(self):
        targets = house()
        targets["OAuth"].imports.clear()
        self.assertIn("OAuth depends on WireJSON and imports it nowhere", self.rules(targets))

    def test_core(self):
        self.breaks("SoleControl is of the core and must not know OpenSSLPKI", SoleControl="OpenSSLPKI", OpenSSLPKI="COpenSSL")
        self.breaks("SoleControl is of the core and must not know COpenSSL", SoleControl="COpenSSL")
        self.breaks("OAuth is of the core and must not depend on the library Hummingbird", OAuth="Hummingbird")
        for system in ("Foundation", "Glibc", "Dispatch"):
            targets = house()
            targets["SoleControl"].imports.append(("Sources/SoleControl/B.swift:7", system))
            self.assertIn(
                f"Sources/SoleControl/B.swift:7: SoleControl is of the core and must not import {system}", self.rules(targets))

    def test_leaves(self):
        for leaf in ("Octets", "Vocabulary"):
            self.breaks(f"{leaf} must not know OAuth", **{leaf: "OAuth"})
        self.breaks("JOSE must not know SoleControl", JOSE="SoleControl")
        self.breaks("Conformance must not know SoleControl", Conformance="SoleControl")
        self.breaks("TimestampAuthority must not know SoleControl", TimestampAuthority="SoleControl")

    def test_registry_knows_no_subject(self):
        for other in ("SoleControl", "OAuth", "Issuance"):
            self.breaks(f"Registry must not know {other}", Registry=other, Issuance="")
        self.breaks("Registry must not know WireJSON", Registry="WireJSON")
        self.assertEqual(self.rules(house(Registry="Octets", OAuth="Registry")), [])

    def test_issuance_knows_sole_control_and_never_back(self):
        self.assertEqual(self.rules(house(Issuance="SoleControl")), [])
        self.breaks("SoleControl must not know Issuance", SoleControl="Issuance", Issuance="")

    def test_oauth_knows_no_sole_control_through_others_either(self):
        self.breaks("OAuth must not know SoleControl", OAuth="SoleControl")
        self.breaks("OAuth must not know SoleControl", OAuth="Attempts", Attempts="SoleControl")

    def test_adapters(self):
        self.breaks("Webhooks must not know OpenSSLPKI", Webhooks="OpenSSLPKI")
        self.breaks("Webhooks must not know Assembly", Webhooks="Assembly", Assembly="SoleControl")
        self.breaks("OutboundHTTP must not know SoleControl", OutboundHTTP="SoleControl")

    def test_stores(self):
        self.breaks(
            "Sources/OperatorCommands/A.swift:1: only Sources/Assembly/Stores.swift names a store", SQLiteStore="SoleControl",
            OperatorCommands="Assembly SQLiteStore")

    def test_c_modules(self):
        self.breaks("Assembly must not depend on the C module COpenSSL", Assembly="COpenSSL")
        self.breaks("OpenSSLPKI must not depend on the C module CJansson", OpenSSLPKI="CJansson")

    def test_the_product_has_no_tool(self):
        for tool, program in imports.TOOLS.items():
            for user in ("countersign", "Assembly", "bench"):
                self.breaks(f"{user} must not depend on {tool}, which is for {program} and for tests", **{user: tool})
            self.breaks(f"countersign holds customers' keys and must not know {tool}", OperatorCommands=tool)
        self.breaks("must not depend on countersign-sandbox", countersign="countersign-sandbox")

    def test_nothing_is_built_on_tests(self):
        self.breaks("Assembly must not depend on TestSupport", Assembly="TestSupport", TestSupport="")

    def test_the_description_is_read(self):
        targets = package.parsed({"targets": [
            {"name": "A", "type": "regular", "dependencies": [
                {"byName": ["B", None]}, {"product": ["Crypto", "swift-crypto", None, None]}, {"target": ["C", None]}]},
            {"name": "T", "type": "test", "dependencies": []},
            {"name": "S", "type": "regular", "path": "Tests/S", "dependencies": []},
        ]})  # fmt: skip
        self.assertEqual(targets["A"].depends, {"B", "Crypto", "C"})
        self.assertEqual([targets[name].is_for_tests for name in "ATS"], [False, True, True])
        for line, module in (
            ("import A", "A"), ("@testable import B", "B"), ("  package import C", "C"), ("public import struct D.E", "D"),
            ("@preconcurrency internal import F", "F"), ("@_spi(X) import G", "G"), ("// import H", None),
        ):
            match = package.IMPORT.match(line)
            self.assertEqual(match and match.group(1), module, line)


class SymbolTests(unittest.TestCase):
    def test_symbols_of_tools(self):
        product = "0 T $s8Assembly7ServiceV\n0 T $s8CSCModel20WireConformanceLevelO\n0 T $s11SoleControl17ConformanceLevelsO\n"
        self.assertEqual(symbols.findings(product), [])
        for symbol, name in (
            ("$s12EIDSimulator0B0V", "EIDSimulator"), ("symbolic _____ 11Conformance5SuiteV", "Conformance"),
            ("$s19countersign_sandbox4SeedV", "countersign-sandbox"), ("$s15csc_conformance4mainyyF", "csc-conformance"),
        ):
            self.assertEqual(symbols.findings(f"{product}0 t {symbol}\n"), [f"the product has symbols of {name}"])
        self.assertIn("stripped", symbols.findings("0 T main\n")[0])


SWIFT = '''
/// struct Commented { func no() {} }
public struct Service: Sendable { // }
  let text = "func \\(map { "}" }) {"
  func one() { func inner() {} }
  static func two() { if x { y() } }
  struct Nested { func three() {} }
  let raw = #"" { "#
  let lines = """
    func "no" {
    """
}
extension Service { func four() {} }
protocol Reading { var a: Int { get }; func b(); associatedtype C }
protocol Writing: Reading { func d() }
protocol Store: Writing, Reading {}
'''


class SizeTests(unittest.TestCase):
    def test_counts(self):
        with tempfile.TemporaryDirectory() as folder:
            before, sizes.SOURCES = sizes.SOURCES, pathlib.Path(folder)
            try:
                file = sizes.SOURCES / "T/A.swift"
                file.parent.mkdir()
                file.write_text(SWIFT)
                methods, protocols = sizes.wholes([file])
            finally:
                sizes.SOURCES = before
        self.assertEqual(methods, {("T", "Service"): 3, ("T", "Service.Nested"): 1})
        self.assertEqual(sizes.requirements(protocols, ("T", "Writing")), 3)
        self.assertEqual(protocols["T", "Store"][0], 0)

    def test_limits(self):
        class File:
            suffix = ".other"

            def read_text(self):
                return "\n" * 351

            def relative_to(self, _):
                return pathlib.Path("T/A")

        (_, limit, counted), *_ = sizes.rows([File()])
        self.assertEqual((limit, counted), (350, [("T/A", 351)]))


class ProseTests(unittest.TestCase):
    def found(self, text, hasTexts=True):
        return [f"{number}: {finding}" for number, finding in prose.findings(text, hasTexts)]

    def test_plain_words(self):
        self.assertEqual(self.found('/// A verb.\n///\n/// - Parameter what: SHALL be null.\nlet beside = 1', hasTexts=False), [])
        self.assertIn("or the passive", self.found("let x = 1\n// It is told to nobody.")[0])
        self.assertEqual(len(self.found('throw Error("whoever calls")\nlet x = """\n  tried anew\n  """')), 2)

    def test_beginnings(self):
        self.assertEqual(self.found("/// What is read.")[0][:35], '1: a comment that begins with "What')
        self.assertEqual(self.found("/// Names of files.\n/// What they hold is secret."), [])

    def test_length(self):
        self.assertEqual(self.found("  /// " + "a" * 114), [])
        self.assertEqual(self.found("  /// " + "a" * 115), ["1: a comment of 121 characters; 120 is the limit"])
        self.assertEqual(self.found("  let text = " + "a" * 120), [])


class WithinTests(unittest.TestCase):
    def run_within(self, seconds, script):
        said, within.GRACE = io.StringIO(), 0.2
        run = within.Run(seconds / 60, ["bash", "-c", script])
        with contextlib.redirect_stderr(said):
            return run(), said.getvalue()

    def test_status(self):
        self.assertEqual([self.run_within(60, each) for each in ("true", "exit 3")], [(0, ""), (3, "")])

    def test_what_hangs_is_named_and_ended(self):
        status, said = self.run_within(0.2, """
            trap '' TERM
            echo '◇ Test "quick" started.'; echo '✔ Test "quick" passed after 1 second.'
            echo '◇ Test "hangs" started.'; echo '✘ Test "hangs" recorded an issue'; sleep 100""")
        self.assertEqual(status, 124)
        self.assertIn('"hangs"', said)
        self.assertNotIn('  "quick"\n', said)

    def test_what_it_started_is_ended_too(self):
        with tempfile.NamedTemporaryFile("r") as file:
            self.run_within(0.2, f"""
                bash -c 'trap "" TERM; echo $$ > {file.name}; while :; do sleep 0.1; done' &
                wait""")
            child = int(file.read())
            for _ in range(50):
                if not pathlib.Path(f"/proc/{child}").exists() or " Z " in pathlib.Path(f"/proc/{child}/stat").read_text():
                    return
                time.sleep(0.1)
        os.kill(child, 9)
        self.fail("it goes on")


class DocumentTests(unittest.TestCase):
    FILES = {
        "Sources/Core/Factors/Pin.swift": "public struct PinFactor {\n  init() {}\n  func decide() {}\n}",
        "Sources/Core/Other.swift": "enum Other { static let limit = 1 }",
        "Tests/CoreTests/A.swift": 'struct PinTests {\n  @Test("five wrong PINs lock, and no sixth")\n  func a() {}\n}',
        "Tests/python/attacks/test_pin.py": "def test_guessing(world):\n    pass",
        "Specs/decisions/0001-pins.md": "`Gone.swift`",
        "Specs/changelog.md": "`Gone.swift`",
        "README.md": "",
    }

    def found(self, text, document="Specs/a.md"):
        return list(documents.findings(documents.House(self.FILES | {document: text})))

    def holds(self, *texts):
        for text in texts:
            self.assertEqual(self.found(text), [], text)

    def breaks(self, text, finding):
        self.assertEqual(self.found(text), [f"Specs/a.md:1: {finding}"])

    def test_files(self):
        self.holds("`Pin.swift`", "`Factors/Pin.swift`", "`attacks/test_pin.py`", "`a.md`", "`0001-pins.md`", "`auth/login`")
        self.breaks("`Gone.swift`", "`Gone.swift`: no such file")
        self.breaks("`in.swift`", "`in.swift`: no such file")
        self.breaks("`Model/Pin.swift`", "`Model/Pin.swift`: no such file")
        self.breaks("`test_gone.py`", "`test_gone.py`: no such file")

    def test_folders(self):
        self.holds("`Factors/`", "`Tests/python/attacks`", "`Sources/`", "`credentials/list`")
        self.breaks("`Model/`", "`Model/`: no such folder")
        self.breaks("`Tests/python/gone`", "`Tests/python/gone`: no such folder")

    def test_links(self):
        self.holds("[a](decisions/0001-pins.md#why)", "[a](../README.md)", "[a](https://example.org/gone.md)", "[a](#here)")
        self.breaks("[a](0001-pins.md)", "(0001-pins.md) leads nowhere")
        self.breaks("[a](../../gone.md)", "(../../gone.md) leads nowhere")

    def test_suites_and_titles(self):
        self.holds("`PinTests`", "`CoreTests`", '`PinTests` "five wrong … lock, …"', '`CoreTests` "five wrong …", "five …"')
        self.breaks("`GoneTests`", "`GoneTests`: no such suite of tests")
        self.breaks('`PinTests` "five wrong …", "six wrong …"', '`PinTests` "six wrong …": no such title')
        self.breaks('`PinTests` "five wrong PINs"', '`PinTests` "five wrong PINs": no such title')

    def test_names_inside_of_files(self):
        table = "| code |\n|---|\n| {} |\n"
        self.holds(
            "`Pin.swift` `PinFactor`", "`test_pin.py` `test_guess…`", "`Pin.swift` `decide(in:)`", "`Pin.swift`, `limit`",
            table.format("`PinFactor.decide`"), table.format("`PinFactor.init`"), "`PinFactor.gone`")
        self.breaks("`Pin.swift` `limit`", "`limit`: not in Pin.swift")
        self.breaks("`test_pin.py` `test_guess`", "`test_guess`: not in test_pin.py")
        self.assertEqual(
            self.found(table.format("`PinFactor.limit`")), ["Specs/a.md:3: `PinFactor.limit`: not declared in Sources"])

    def test_which_documents(self):
        for document in ("README.md", "Specs/a.md", "Specs/design/a.md", "Specs/openapi/openapi.yaml"):
            self.assertEqual(self.found("`Gone.swift`", document), [f"{document}:1: `Gone.swift`: no such file"])
        for document in ("Specs/changelog.md", "Specs/decisions/0002-more.md", "Fixtures/README.md"):
            self.assertEqual(self.found("`Gone.swift`", document), [])
        self.holds("```\n`Gone.swift`\n```")


class BoxRules(unittest.TestCase):
    def test_a_closure_by_itself(self):
        for text in ("Mutex<() -> Int>", "Mutex<@Sendable () -> Int>({ 1 })", "Mutex<(@Sendable () async -> Void)?>(nil)",
                     "Mutex<(Result<Int, any Error>) -> Void>", "Mutex<Optional<() -> Int>>", "Mutex({ 1 })", "Mutex<\n() -> Int>"):
            self.assertEqual(boxes.found(f"\nlet a = {text}"), [2], text)
        for text in ("Mutex<State>(State())", "Mutex<[@Sendable () -> Int]>([])", "Mutex<Int?>(nil)", "Mutex<[Int: () -> Int]>([:])",
                     "Mutex<Result<Int, any Error>>(.success(1))\nfunc a() -> Int"):
            self.assertEqual(boxes.found(text), [], text)


if __name__ == "__main__":
    unittest.main()
