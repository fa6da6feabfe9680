function value = object(keys, values)
%OBJECT Makes values by name: a struct, or a containers.Map where a key is not the name of a variable.
%
%   VALUE = aepsych.json.object(KEYS, VALUES) with two lists of cells. Of a key that is there twice the latter counts.
if all(cellfun(@isFieldName, keys))
    value = struct();
    for i = 1:numel(keys)
        value.(keys{i}) = values{i};
    end
else
    value = containers.Map('KeyType', 'char', 'ValueType', 'any');
    for i = 1:numel(keys)
        value(keys{i}) = values{i};
    end
end
end

function is = isFieldName(key)
% MATLAB cuts off names after 63 characters; Octave would take any text as the name of a field.
is = isvarname(key) && numel(key) <= 63;
end
