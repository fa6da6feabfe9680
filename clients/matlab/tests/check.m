function check(holds, why)
%CHECK Fails with a reason unless something holds.
if ~holds
    error('check:failed', '%s', why);
end
end
