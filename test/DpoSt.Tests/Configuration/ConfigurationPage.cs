using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DpoSt.Configuration.Binding;
using DpoSt.Configuration.Sections;

namespace DpoSt.Tests.Configuration;

/// <summary>Every configuration key, made from the typed options: names, types, limits, defaults and XML documentation.</summary>
internal static partial class ConfigurationPage
{
    private static readonly Dictionary<string, XElement> Docs = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "DpoSt.Core.xml"))
        .Descendants("member").ToDictionary(m => m.Attribute("name")!.Value, m => m.Element("summary") ?? m, StringComparer.Ordinal);

    /// <summary>The tables, as Markdown.</summary>
    public static string Tables()
    {
        var page = new StringBuilder();
        Section(page, typeof(ExperimentOptions), "");
        return page.ToString();
    }

    // A section's own keys first, then the sections in it.
    private static void Section(StringBuilder page, Type type, string prefix)
    {
        var keys = type.GetProperties().Where(p => p.CanWrite).ToLookup(p => IsSection(Bare(p)));
        var defaults = Activator.CreateInstance(type)!;
        page.Append(prefix.Length == 0 ? "## Top level\n\n" : $"## `{prefix[..^1]}`\n\n")
            .Append(Text($"T:{type.FullName}")
                .Replace(", ours:", ", dpost's own:", StringComparison.Ordinal)
                .Replace("are ours.", "are dpost's own.", StringComparison.Ordinal))
            .Append("\n\n| key | value | default | meaning |\n|---|---|---|---|\n");
        foreach (var key in keys[false])
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"| `{prefix}{SnakeCase.Of(key.Name)}` | {Value(key)} | {Default(key, defaults)} | {Meaning(key)} |\n");
        }

        page.Append('\n');
        if (type.GetCustomAttribute<IgnoresKeysAttribute>()?.Keys is { } ignored)
        {
            page.Append(CultureInfo.InvariantCulture, $"Accepted and ignored: {string.Join(", ", ignored.Select(k => $"`{k}`"))}.\n\n");
        }

        foreach (var section in keys[true])
        {
            Section(page, Bare(section), $"{prefix}{SnakeCase.Of(section.Name)}.");
        }
    }

    private static string Value(PropertyInfo key)
    {
        var type = Bare(key);
        return (key.GetCustomAttribute<OneOfAttribute>(), key.GetCustomAttribute<NamedAttribute>()) switch
        {
            ({ } choices, _) => string.Join(", ", choices.Values.Select(v => $"`{v}`")),
            (_, not null) => "a name or a list of names",
            _ when type.IsEnum => string.Join(", ", Enum.GetNames(type).Select(n => $"`{SnakeCase.Of(n)}`")),
            _ when key.IsDefined(typeof(FolderNameAttribute)) => FolderNameAttribute.Expected,
            _ => Kind(type) + Range(key.GetCustomAttribute<WithinAttribute>()),
        };
    }

    private static string Kind(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => "`true`, `false`",
        TypeCode.Int32 or TypeCode.Int64 => "whole number",
        TypeCode.Double => "number",
        TypeCode.Object when type == typeof(IReadOnlyList<double>) => "list of numbers",
        TypeCode.Object => "names with values",
        _ => "text",
    };

    private static string Range(WithinAttribute? within) => within switch
    {
        null => "",
        { Maximum: double.MaxValue } => $", {(within.AboveMinimum ? "above" : "at least")} {Number(within.Minimum)}",
        _ => $", {(within.AboveMinimum ? "above " : "")}{Number(within.Minimum)}"
            + $" to {(within.BelowMaximum ? "below " : "")}{Number(within.Maximum)}",
    };

    private static string Default(PropertyInfo key, object defaults) => key.GetValue(defaults) switch
    {
        _ when key.Name == nameof(ExperimentOptions.ExpName) => "the folder's name",
        // By its name: ScottPlot has one of that name, too.
        _ when key.CustomAttributes.Any(a => a.AttributeType.Name == "RequiredMemberAttribute") => "required",
        _ when key.IsDefined(typeof(NamedAttribute)) => "none",
        null => "`null`",
        bool flag => flag ? "`true`" : "`false`",
        Enum value => $"`{SnakeCase.Of(value.ToString())}`",
        string text => $"`{text}`",
        System.Collections.IDictionary => "`{}`",
        var number => Number(Convert.ToDouble(number, CultureInfo.InvariantCulture)),
    };

    private static string Number(double value) => value is not 0 && Math.Abs(value) < 1e-3
        ? value.ToString("0.##e-0", CultureInfo.InvariantCulture)
        : value.ToString("#,0.#####", CultureInfo.InvariantCulture);

    // Where values have names, what each of them means follows.
    private static string Meaning(PropertyInfo key)
    {
        var text = Text($"P:{key.DeclaringType!.FullName}.{key.Name}");
        var isOurs = text.StartsWith("Ours: ", StringComparison.Ordinal);
        var own = isOurs ? $"{char.ToUpperInvariant(text[6])}{text[7..]} (Only in dpost.)" : text;
        var type = Bare(key);
        return type.IsEnum
            ? $"{own} {string.Join(" ", Enum.GetNames(type).Select(n => $"`{SnakeCase.Of(n)}`: {Text($"F:{type.FullName}.{n}")}"))}"
            : own;
    }

    private static Type Bare(PropertyInfo key) => Nullable.GetUnderlyingType(key.PropertyType) ?? key.PropertyType;

    private static bool IsSection(Type type) => type.IsClass && type != typeof(string);

    private static string Text(string member)
    {
        var nodes = Docs[member].Nodes().Select(node => node is XElement element ? $"`{Code(element)}`" : node.ToString());
        return Blank().Replace(System.Net.WebUtility.HtmlDecode(string.Concat(nodes)), " ").Trim();
    }

    // A reference to a property is the key that it binds.
    private static string Code(XElement element) =>
        element.Attribute("cref")?.Value is { } cref ? SnakeCase.Of(cref[(cref.LastIndexOf('.') + 1)..]) : element.Value;

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blank();
}
