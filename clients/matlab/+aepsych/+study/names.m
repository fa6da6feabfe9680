function names = names(things)
%NAMES Returns the names of a config's parameters or outcomes, as cells.
names = cell(1, numel(things));
for i = 1:numel(things)
    names{i} = things(i).name;
end
end
