-- A pandoc that stays. stdin, again and again: a line of JSON {how, form, columns, texts: [lengths]}, and the bytes of the texts.
-- stdout, for each text: "length\n" and what it became; stderr: \1 before the warnings of each text, \2 after the last.
-- how "read": Markdown (form: the reader with its extensions) -> tree as JSON; "write": tree as JSON -> form.
local reader = pandoc.ReaderOptions

for line in io.lines() do
  local asked = pandoc.json.decode(line, false)
  for _, length in ipairs(asked.texts) do
    local text = length > 0 and io.read(length) or ""
    io.stderr:write("\1\n")
    local made
    if asked.how == "read" then
      made = pandoc.write(pandoc.read(text, asked.form, reader { columns = asked.columns }), "json")
    else
      made = pandoc.write(pandoc.read(text, "json"), asked.form, pandoc.WriterOptions { wrap_text = "none" })
    end
    io.stdout:write(#made, "\n", made)
    io.stdout:flush()
  end
  io.stderr:write("\2\n")
  io.stderr:flush()
end
