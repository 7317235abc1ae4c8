"""Tests of the tools: a listing that is cut wrong would look right in the book."""

import tempfile
import unittest
from pathlib import Path

import links
import listings
import programs

SOURCE = """\
int declared(int a,
             int b);

#define TWICE(x)  \\
    ((x) + (x))
#define ONCE(x) (x)

struct pond {
    int frogs;
};

// listing: middle
int marked;
// end

static int
declared(int a,
         int b)
{
    return a + b;
}

int next;
"""


class Listings(unittest.TestCase):
    def cut(self, name):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pond.c"
            path.write_text(SOURCE)
            return listings.cut(path, name)

    def test_markers_are_not_part_of_it(self):
        self.assertEqual(self.cut("middle"), "int marked;")

    def test_a_function_has_its_type_and_ends_at_its_brace(self):
        cut = self.cut("declared").splitlines()
        self.assertEqual((cut[0], cut[-1], len(cut)), ("static int", "}", 6))

    def test_a_macro_ends_where_no_backslash_goes_on(self):
        self.assertEqual(self.cut("TWICE").count("\n"), 1)
        self.assertEqual(self.cut("ONCE"), "#define ONCE(x) (x)")

    def test_a_struct_is_found_by_its_tag(self):
        self.assertEqual(self.cut("pond"), "struct pond {\n    int frogs;\n};")

    def test_what_is_not_there_is_an_error(self):
        with self.assertRaises(listings.NoSuchListing):
            self.cut("toad")


class Links(unittest.TestCase):
    def test_an_anchor_is_made_as_on_github(self):
        self.assertEqual(links.anchor("What is a good end?"), "what-is-a-good-end")
        self.assertEqual(
            links.anchor("Stop accepting, then drain"), "stop-accepting-then-drain"
        )

    def test_headings_in_code_are_none(self):
        self.assertEqual(
            links.headings("# One\n```\n# two\n```\n## Three"), ["One", "Three"]
        )

    def test_broken_links_are_found(self):
        text = "# Here\n[a](#here) [b](#there) [c](no.md) [d](https://example.org)"
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.md"
            page.write_text(text)
            self.assertEqual(links.broken(page, text), ["#there", "no.md"])


class Programs(unittest.TestCase):
    def test_an_excerpt_says_that_it_is_one(self):
        self.assertEqual(programs.excerpt("a\nb\nc\nd", "b", "c"), "...\nb\nc\n...")
        self.assertEqual(programs.excerpt("a\nb", None, None), "a\nb")

    def test_measured_numbers_are_not_compared(self):
        bare = programs.without_numbers
        self.assertEqual(bare("   15 us, 8.5 KiB"), bare(" 7 us, 12 KiB"))
        self.assertNotEqual(bare("15 us"), bare("15 ms"))

    def test_a_command_is_settings_patience_program(self):
        run = programs.Run("RT_CLOCK=paused timeout 1 tea now", "build")
        self.assertEqual(run.settings, ["RT_CLOCK=paused"])
        self.assertEqual(run.patience, ["timeout", "1"])
        self.assertEqual((run.program, run.arguments), ("tea", ["now"]))


if __name__ == "__main__":
    unittest.main()
