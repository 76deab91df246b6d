namespace DpoSt.Verification.Algebra;

/// <summary>LaTeX's commands and people's words for functions and constants.</summary>
internal static class MathNames
{
    /// <summary>Commands that are a value: constants, and Greek letters as variables.</summary>
    public static readonly HashSet<string> Values = new(StringComparer.Ordinal)
    {
        "pi", "infty", "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "theta", "lambda", "mu", "nu", "rho", "sigma", "tau",
        "phi",
        "varphi", "chi", "psi", "omega", "kappa", "eta", "zeta", "xi", "Gamma", "Delta", "Theta", "Lambda", "Sigma", "Phi", "Psi", "Omega",
        "ell", "ldots", "dots", "cdots", "emptyset", "varnothing",
    };

    /// <summary>Commands that change how a letter looks.</summary>
    public static readonly HashSet<string> Wrappers = new(StringComparer.Ordinal)
    {
        "mathbf", "boldsymbol", "bm", "vec", "hat", "bar", "overrightarrow", "mathcal", "overline", "underline", "widehat", "tilde",
        "mathit",
    };

    /// <summary>Commands that build a value of their arguments.</summary>
    public static readonly HashSet<string> Structures = new(StringComparer.Ordinal)
    {
        "frac", "dfrac", "tfrac", "cfrac", "sqrt", "binom", "dbinom", "tbinom", "lfloor", "lceil", "lvert", "vert", "{", "lbrace", "begin",
        "mathbb", "operatorname",
    };

    /// <summary>Commands that hold words.</summary>
    public static readonly HashSet<string> Texts = new(StringComparer.Ordinal)
    {
        "text", "textrm", "textbf", "textit", "mbox", "mathrm", "textnormal", "texttt", "mathsf", "hbox", "textup",
    };

    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal)
    {
        "sin", "cos", "tan", "sec", "csc", "cot", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "lg", "log", "exp", "abs",
        "gcd",
        "lcm", "max", "min", "floor", "ceil", "asin", "acos", "atan",
    };

    /// <summary>Whether a name is a function's.</summary>
    public static bool IsFunction(string name) => Functions.Contains(name);
}
