namespace DpoSt.Configuration.Yaml;

/// <summary>Tabs in a YAML text: PyYAML refuses them everywhere but in quotes, block scalars and comments.</summary>
internal sealed class YamlTabs(string text)
{
    private readonly List<(int Start, int End)> allowed = [];

    /// <summary>Allows them in a part of the text; parts come in order.</summary>
    public void Allow(int start, int end) => allowed.Add((start, end));

    /// <summary>The line of the first tab that is not allowed; null without one.</summary>
    public int? Find()
    {
        var (line, part) = (1, 0);
        for (var at = 0; at < text.Length; at++)
        {
            while (part < allowed.Count && allowed[part].End <= at)
            {
                part++;
            }

            line += text[at] == '\n' ? 1 : 0;
            if (part < allowed.Count && allowed[part].Start <= at)
            {
                continue;
            }

            if (text[at] == '\t')
            {
                return line;
            }

            if (text[at] == '#' && (at == 0 || text[at - 1] is ' ' or '\n' or '\r'))
            {
                at = text.IndexOf('\n', at) is var end && end < 0 ? text.Length : end - 1;
            }
        }

        return null;
    }

    /// <summary>The first line that a tab indents; null without one.</summary>
    public static int? FindIndented(string text)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var content = line.TrimStart();
            if (!content.IsEmpty && content[0] != '#' && line[..^content.Length].Contains('\t'))
            {
                return number;
            }
        }

        return null;
    }
}
