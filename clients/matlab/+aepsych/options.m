function options = options(call, defaults, given)
%OPTIONS Reads the options of a call, given as names and values or as a struct.
%
%   OPTIONS = aepsych.options(CALL, DEFAULTS, GIVEN), where GIVEN are the cells of a varargin
%
%   An option that the call does not have is refused, with the names of those that it has.
options = defaults;
if numel(given) == 1 && isstruct(given{1})
    [names, values] = aepsych.json.entries(given{1});
    given = [names; values];
end
if mod(numel(given), 2) == 1
    error('aepsych:INVALID_REQUEST', '%s takes options as names and values; a value is missing.', call);
end
for i = 1:2:numel(given)
    name = given{i};
    if ~(ischar(name) || isa(name, 'string')) || ~isfield(defaults, char(name))
        if ~ischar(name)
            name = aepsych.json.encode(name);
        end
        error('aepsych:INVALID_REQUEST', '%s has no option "%s", only: %s.', call, name, ...
            strjoin(fieldnames(defaults)', ', '));
    end
    options.(char(name)) = given{i + 1};
end
end
