function text = toJson(message, given)
%TOJSON Writes a message of the contract as JSON.
%
%   TEXT = aepsych.wire.toJson(MESSAGE, GIVEN), GIVEN a struct or containers.Map with names of the contract's fields
%
%   A field that is [] is left out. Where the contract has a list, a single value is a list too. What the contract does
%   not know is sent as it is, for the server to name.
known = aepsych.rpc.fields(message);
[names, values] = aepsych.json.entries(given);
parts = cell(1, 0);
for i = 1:numel(names)
    field = known(strcmp(names{i}, {known.name}) | strcmp(names{i}, {known.json}));
    if isempty(field)
        text = aepsych.json.encode(values{i});
    elseif isnumeric(values{i}) && isempty(values{i})
        continue
    else
        text = fieldText(field, values{i});
    end
    parts{end + 1} = [aepsych.json.encode(names{i}) ':' text]; %#ok<AGROW>
end
text = ['{' strjoin(parts, ',') '}'];
end

function text = fieldText(field, value)
switch field.cardinality
    case 'list'
        parts = cellfun(@(one) valueText(field, one), listed(value), 'UniformOutput', false);
        text = ['[' strjoin(parts, ',') ']'];
    case 'map'
        text = mapText(field, value);
    otherwise
        text = valueText(field, value);
end
end

function text = mapText(field, value)
if ~isObject(value)
    text = aepsych.json.encode(value);
    return
end
[keys, values] = aepsych.json.entries(value);
parts = cellfun(@(key, one) [aepsych.json.encode(key) ':' valueText(field, one)], keys, values, 'UniformOutput', false);
text = ['{' strjoin(parts, ',') '}'];
end

function text = valueText(field, value)
if strcmp(field.kind, 'message') && isObject(value)
    text = aepsych.wire.toJson(field.message, value);
elseif strcmp(field.kind, 'duration') && isnumeric(value) && isscalar(value) && isfinite(value)
    text = sprintf('"%.9fs"', value);
else
    text = aepsych.json.encode(value);
end
end

function items = listed(value)
if iscell(value)
    items = value(:)';
elseif ischar(value) || isa(value, 'string')
    items = cellstr(value)';
elseif isa(value, 'containers.Map')
    items = {value};
else
    items = num2cell(value(:)');
end
end

function is = isObject(value)
is = isa(value, 'containers.Map') || (isstruct(value) && isscalar(value));
end
