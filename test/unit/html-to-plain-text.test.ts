import { describe, expect, it } from "vitest";
import { htmlToPlainText } from "../../services/reports/import/html-to-plain-text";

describe("htmlToPlainText", () => {
  it.each([
    ["<p>Two&nbsp; words</p><p>and<br>more</p>", "Two words\n\nand\nmore"],
    ["Made of:<ul><li>gold</li><li>silver</li></ul>", "Made of:\n- gold\n- silver"],
    ["<ol><li>fill</li><li>light</li></ol>", "1. fill\n2. light"],
    ["<h2>Care</h2><p>Dry &amp; cool</p>", "Care\n\nDry & cool"],
    [
      "<table><tr><th>Size</th><th>cm</th></tr><tr><td>S</td><td>36</td></tr></table>",
      "Size cm\nS 36",
    ],
    ["<p>see <a href='https://x.test'>here</a> <img src=x alt=y></p>", "see here"],
    ["<p></p><p> </p><div><div>a</div></div>\n\n\n<p>b</p>", "a\n\nb"],
  ])("%s", (html, text) => {
    expect(htmlToPlainText(html)).toBe(text);
  });

  it("keeps the line breaks of a text without markup", () => {
    expect(htmlToPlainText("one\r\ntwo\n\n\n\nthree &lt; 4")).toBe("one\ntwo\n\nthree < 4");
  });

  it("converts what was escaped twice", () => {
    expect(htmlToPlainText("&lt;p&gt;Nice&lt;/p&gt;&lt;p&gt;thing&lt;/p&gt;")).toBe(
      "Nice\n\nthing",
    );
  });

  it.each([
    "<script>alert(1)</script>ok",
    "<style>p{color:red}</style>ok",
    "<svg onload=alert(1)><script>x</script></svg>ok",
    "&lt;script&gt;alert(1)&lt;/script&gt;ok",
    "<scr<script>ipt>alert(1)</script>ok",
    "ok<img src=x onerror=alert(1)",
    "ok&lt;img src=x onerror=alert(1)//",
    "&amp;lt;script&amp;gt;ok",
    "&lt;&lt;b&gt;script&gt;ok",
    "<textarea></textarea><iframe srcdoc='<b>x</b>'></iframe>ok",
    "<!-- <b> --!>ok<![CDATA[<b>]]>",
    "ok</p\n>&lt;/p\n&gt;&lt;!--",
  ])("leaves no markup of %s", (html) => {
    expect(htmlToPlainText(html)).not.toMatch(/<[a-z/!?]/i);
  });

  it("leaves nothing that a store refuses", () => {
    expect(htmlToPlainText("a\u0000b\u0007c&#1;d&#xD800;e")).not.toMatch(/(?!\n)\p{C}/u);
  });

  it.each(["<div>", "<ul><li>", "<table><tr><td>", "<", "<p> ", " \n", "&lt;b", "<b x='"])(
    "comes to an end and does not overflow on a quarter megabyte of %j",
    (piece) => {
      expect(typeof htmlToPlainText(piece.repeat(256_000 / piece.length))).toBe("string");
    },
    60_000,
  );
});
