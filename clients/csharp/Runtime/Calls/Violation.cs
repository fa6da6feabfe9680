namespace AepsychGrpc
{
    /// <summary>A mistake in a request.</summary>
    public sealed class Violation
    {
        /// <summary>A mistake by the field that has it.</summary>
        public Violation(string field, string description)
        {
            Field = field;
            Description = description;
        }

        /// <summary>The path of the field, such as "config.parameters[2].continuous.lower_bound".</summary>
        public string Field { get; }

        /// <summary>What was given, and what is allowed.</summary>
        public string Description { get; }
    }
}
