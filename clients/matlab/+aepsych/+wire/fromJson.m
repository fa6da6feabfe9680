function value = fromJson(message, told)
%FROMJSON Makes a struct of a message, with a field for each of the contract's, whatever the JSON has left out.
%
%   VALUE = aepsych.wire.fromJson(MESSAGE, TOLD), TOLD as aepsych.json.decode gives it
%
%   Without a value a number is 0, a text '', and what knows whether it was set is []. Lists of messages are struct
%   arrays, of numbers rows, of texts cells. Times are texts such as '2026-01-31T12:00:00Z', durations are in seconds.
known = aepsych.rpc.fields(message);
value = blank(message, known);
for i = 1:numel(known)
    field = known(i);
    if isfield(told, field.json)
        value.(field.name) = fieldValue(field, told.(field.json));
    end
end
end

function value = blank(message, known)
persistent blanks
if isempty(blanks)
    blanks = containers.Map();
end
if ~blanks.isKey(message)
    value = struct();
    for i = 1:numel(known)
        value.(known(i).name) = default(known(i));
    end
    blanks(message) = value;
end
value = blanks(message);
end

function value = default(field)
switch field.cardinality
    case 'list'
        value = ofList(field, {});
    case 'map'
        value = struct();
    case 'optional'
        value = [];
    otherwise
        switch field.kind
            case 'number', value = 0;
            case 'bool', value = false;
            case {'text', 'enum'}, value = '';
            otherwise, value = [];
        end
end
end

function value = fieldValue(field, told)
switch field.cardinality
    case 'list'
        value = ofList(field, told);
    case 'map'
        value = told;
        if strcmp(field.kind, 'message')
            [keys, values] = aepsych.json.entries(told);
            values = cellfun(@(one) valueOf(field, one), values, 'UniformOutput', false);
            value = aepsych.json.object(keys, values);
        end
    otherwise
        value = valueOf(field, told);
end
end

function value = valueOf(field, told)
value = told;
switch field.kind
    case 'message'
        value = aepsych.wire.fromJson(field.message, told);
    case 'duration'
        value = sscanf(told, '%fs');
    case 'number'
        if ischar(told) % "NaN", "Infinity"
            value = str2double(strrep(told, 'Infinity', 'Inf'));
        end
end
end

function value = ofList(field, told)
items = cellfun(@(one) valueOf(field, one), told, 'UniformOutput', false);
switch field.kind
    case 'message'
        if isempty(items)
            value = repmat(aepsych.wire.fromJson(field.message, struct()), 1, 0);
        else
            value = [items{:}];
        end
    case 'number'
        value = [zeros(1, 0), items{:}];
    otherwise
        value = items;
end
end
