function [own, others] = own(defaults, given)
%OWN Takes out of the options of a call those that only one query has; the others are left as names and values.
own = defaults;
if numel(given) == 1 && isstruct(given{1})
    [names, values] = aepsych.json.entries(given{1});
    pairs = [names; values];
    given = pairs(:)';
end
others = {};
for i = 1:2:numel(given)
    pair = given(i:min(i + 1, end));
    if numel(pair) == 2 && (ischar(pair{1}) || isa(pair{1}, 'string')) && isfield(defaults, char(pair{1}))
        own.(char(pair{1})) = pair{2};
    else
        others = [others, pair]; %#ok<AGROW>
    end
end
end
