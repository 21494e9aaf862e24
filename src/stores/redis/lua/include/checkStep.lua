-- k: nothing changes. Arguments: id, what is expected.
--- @include recordSubject

kinds["k"] = {
  noun = recordSubject,
  read = readRecordName,
  look = lookRecord,
  refused = refusedRecord,
  apply = function() return "+" end,
}
