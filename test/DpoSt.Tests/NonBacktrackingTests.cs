using System.Reflection;
using System.Text.RegularExpressions;

namespace DpoSt.Tests;

/// <summary>The runtime's engine without backtracking has been seen to miss a match, and to lose groups: each of our expressions that
/// takes it finds in random texts of its own characters what the other engine finds.</summary>
public sealed class NonBacktrackingTests
{
    private const int Texts = 20000;

    public static TheoryData<string> Expressions => [.. All().Keys];

    [Theory]
    [MemberData(nameof(Expressions))]
    public void An_expression_finds_what_backtracking_finds(string name)
    {
        var fast = All()[name];
        var sure = new Regex(fast.ToString(), fast.Options & ~RegexOptions.NonBacktracking, TimeSpan.FromSeconds(60));
        var random = new Random(7);
        var own = fast.ToString().Where(c => !char.IsControl(c)).Concat("  0123456789,.=aeT\n\u0660\u2212").ToArray();
        var words = fast.ToString().Split([.. own.Where(c => !char.IsAsciiLetter(c))]).Where(w => w.Length > 1).Append("12").ToArray();
        for (var i = 0; i < Texts; i++)
        {
            var pieces = Enumerable.Range(0, random.Next(1, 40))
                .Select(_ => random.Next(4) == 0 ? words[random.Next(words.Length)] : own[random.Next(own.Length)].ToString());
            var text = string.Concat(pieces);
            Assert.Equal((text, Found(sure, text)), (text, Found(fast, text)));
        }
    }

    private static string Found(Regex regex, string text) => string.Join(
        "; ", regex.Matches(text).Select(m => string.Join(",", m.Groups.Values.Select(g => $"{g.Success}@{g.Index}+{g.Length}"))));

    private static Dictionary<string, Regex> All()
    {
        const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var types = typeof(UserErrorException).Assembly.GetTypes().Where(t => !t.ContainsGenericParameters).ToList();
        var generated = types.SelectMany(t => t.GetMethods(Static)).Where(m => m.GetCustomAttribute<GeneratedRegexAttribute>() is not null)
            .Select(m => ($"{m.DeclaringType!.FullName}.{m.Name}", (Regex)m.Invoke(null, null)!));
        var kept = types.SelectMany(t => t.GetFields(Static))
            .Where(f => f.FieldType == typeof(Regex) && f.DeclaringType!.Namespace?.StartsWith("DpoSt", StringComparison.Ordinal) == true)
            .Select(f => ($"{f.DeclaringType!.FullName}.{f.Name}", (Regex)f.GetValue(null)!));
        return generated.Concat(kept).Where(r => r.Item2.Options.HasFlag(RegexOptions.NonBacktracking))
            .ToDictionary(r => r.Item1, r => r.Item2, StringComparer.Ordinal);
    }
}
