-- Reads several texts in one process, each on its own. stdin: count, then for each "length\n" and the bytes;
-- stdout: for each "length\n" and the tree as JSON; stderr: a line with \1 before the warnings of each.
-- arguments: the reader with its extensions, columns of a page
local options = pandoc.ReaderOptions { columns = tonumber(arg[2]) }

local function number()
  local found = io.read("n")
  io.read(1)
  return found
end

for _ = 1, number() do
  local length = number()
  local text = length > 0 and io.read(length) or ""
  io.stderr:write("\1\n")
  local tree = pandoc.write(pandoc.read(text, arg[1], options), "json")
  io.stdout:write(#tree, "\n", tree)
end
