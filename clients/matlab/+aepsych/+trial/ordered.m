function values = ordered(values, names)
%ORDERED Puts the values of a struct into the order of names; a containers.Map has none.
if isstruct(values)
    present = fieldnames(values)';
    first = names(ismember(names, present));
    values = orderfields(values, [first, present(~ismember(present, first))]);
end
end
