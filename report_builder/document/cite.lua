-- Formats citations. stdin: "length\n" and the entries as BibLaTeX, "length\n" and paragraphs of one citation each as JSON.
-- stdout: the same paragraphs with what each citation prints, and the list of references. arguments: the style's file, the language.
local function text()
  local length = io.read("n")
  io.read(1)
  return length > 0 and io.read(length) or ""
end

local references = pandoc.read(text(), "biblatex").meta.references
local tree = pandoc.read(text(), "json")
tree.meta = { references = references, csl = arg[1], lang = arg[2], ["link-citations"] = true }
io.stdout:write(pandoc.write(pandoc.utils.citeproc(tree), "json"))
