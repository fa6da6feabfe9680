function [keys, values] = entries(object)
%ENTRIES Returns keys and values of a struct or a containers.Map, as two rows of cells.
if isstruct(object)
    keys = fieldnames(object)';
    values = struct2cell(object)';
else
    keys = cellfun(@char, object.keys(), 'UniformOutput', false);
    values = object.values();
end
end
