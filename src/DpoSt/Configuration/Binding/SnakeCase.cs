namespace DpoSt.Configuration.Binding;

/// <summary>The spelling of a property or enum member in a file: <c>AdamBeta1</c> is <c>adam_beta1</c>.</summary>
internal static class SnakeCase
{
    public static string Of(string name) => string.Concat(
        name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));
}
