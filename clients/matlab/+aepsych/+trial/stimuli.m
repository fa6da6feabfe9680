function messages = stimuli(given)
%STIMULI Makes the contract's Stimulus of each stimulus, as cells.
%
%   GIVEN is a struct or containers.Map with values by parameter, a struct array of these, or cells with them.
if isstruct(given)
    given = num2cell(given);
elseif ~iscell(given)
    given = {given};
end
messages = cellfun(@(one) struct('values', {one}), given(:)', 'UniformOutput', false);
end
