using System.Collections.Concurrent;

namespace DpoSt.Verification;

/// <summary>The verifiers by name.</summary>
public static class Verifiers
{
    /// <summary>What judges unless something else is chosen.</summary>
    public const string Default = "number";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["number", "exact", "choice", "boxed", "regex", "program"];

    /// <summary>What judges by default.</summary>
    public static IVerifier Number { get; } = new NumberVerifier(null);

    // What programs bring of their own. A run asks for it by name, as for the others, and again after it was stopped.
    private static readonly ConcurrentDictionary<string, IVerifier> Brought = new(StringComparer.Ordinal);

    /// <summary>Options that ask for a program's own verifier.</summary>
    /// <exception cref="UserErrorException">Its name is that of another.</exception>
    internal static VerifierOptions Own(IVerifier verifier)
    {
        if (Names.Contains(verifier.Name, StringComparer.Ordinal) && verifier.GetType().Assembly != typeof(Verifiers).Assembly)
        {
            throw new UserErrorException($"the verifier is named {verifier.Name}, as one of dpost's own is: give it another name.");
        }

        if (!Names.Contains(verifier.Name, StringComparer.Ordinal))
        {
            Brought[verifier.Name] = verifier;
        }

        return new VerifierOptions(verifier.Name);
    }

    /// <summary>The verifier that options ask for.</summary>
    /// <exception cref="UserErrorException">The options do not fit the verifier; keys are named as in a configuration.</exception>
    public static IVerifier Of(VerifierOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckUse("tolerance", options.Tolerance, options.Name, "number", "boxed");
        CheckUse("pattern", options.Pattern, options.Name, "regex");
        CheckUse("program", options.Program, options.Name, "program");
        CheckUse("seconds", options.Seconds, options.Name, "program");
        return options.Name switch
        {
            "number" => new NumberVerifier(options.Tolerance),
            "exact" => new ExactVerifier(),
            "choice" => new ChoiceVerifier(),
            "boxed" => new BoxedVerifier(options.Tolerance),
            "regex" => new RegexVerifier(options.Pattern ?? throw Lacks("regex", "pattern", "an expression such as 'answer: (\\w+)'")),
            "program" => new ProgramVerifier(
                options.Program ?? throw Lacks("program", "program", "the path of an executable file"),
                TimeSpan.FromSeconds(options.Seconds ?? ProgramVerifier.DefaultSeconds)),
            _ when Brought.TryGetValue(options.Name, out var brought) => brought,
            _ => throw new UserErrorException(
                $"there is no verifier '{options.Name}'; expected one of {string.Join(", ", Names)}."),
        };
    }

    private static void CheckUse(string option, object? value, string name, params string[] users)
    {
        if (value is not null && !users.Contains(name, StringComparer.Ordinal))
        {
            throw new UserErrorException(
                $"verifier_{option} is given, which is of the verifier {string.Join(" or ", users)}, but the verifier is {name}: "
                + "leave it out, or choose the other verifier.");
        }
    }

    private static UserErrorException Lacks(string name, string option, string expected) =>
        new($"the verifier {name} needs verifier_{option}; expected {expected}.");
}
