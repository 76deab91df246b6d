namespace DpoSt.Text.Tokenizers.Expressions;

/// <summary>Matches a compiled expression at places of one text.</summary>
internal ref struct Matcher
{
    private const long StepsPerCharacter = 2_000;
    private const long LeastSteps = 200_000;
    private readonly Step[] steps;
    private readonly ReadOnlySpan<char> text;
    private readonly string expression;

    // One bit for a fork at a place: both its ways have failed there, or are being tried. It holds for every later start too.
    private readonly ulong[] tried;
    private readonly int row;
    private readonly Stack<(int Step, int At)> waiting = new();
    private long left;

    public Matcher(Step[] steps, int forks, ReadOnlySpan<char> text, string expression)
    {
        this.text = text;
        (this.steps, this.expression) = (steps, expression);
        row = (forks + 63) / 64;
        tried = new ulong[(text.Length + 1) * row];
        left = LeastSteps + (StepsPerCharacter * text.Length);
    }

    /// <summary>Where the match that starts at a place ends, or -1.</summary>
    /// <exception cref="UserErrorException">The expression looks around so much that it would take too long.</exception>
    public int Match(int start, int at)
    {
        var end = Run(start, at, isInner: false);
        waiting.Clear();
        if (end >= 0)
        {
            // The way that matched failed nowhere; only its last place can be met again.
            Array.Clear(tried, end * row, row);
        }

        return end;
    }

    private int Run(int step, int at, bool isInner)
    {
        // What an inner expression tried says nothing about a later try, since there it may have matched.
        var stack = isInner ? null : waiting;
        HashSet<(int Fork, int At)>? inner = null;
        while (true)
        {
            if (--left < 0)
            {
                throw new UserErrorException(
                    $"The tokenizer's expression '{expression}' takes too long on a text of {text.Length} characters.");
            }

            ref readonly var now = ref steps[step];
            var goesOn = true;
            switch (now.Kind)
            {
                case StepKind.One:
                    goesOn = Takes(now.Set!, ref at);
                    break;
                case StepKind.Run:
                    var count = 0;
                    while (count < now.Else && Takes(now.Set!, ref at))
                    {
                        count++;
                    }

                    goesOn = count >= now.Least;
                    break;
                case StepKind.Fork:
                    goesOn = isInner ? (inner ??= []).Add((now.Fork, at)) : Marks(now.Fork, at);
                    if (goesOn)
                    {
                        (stack ??= new()).Push((now.Else, at));
                    }

                    break;
                case StepKind.Place:
                    goesOn = Stands(now.Position, at);
                    break;
                case StepKind.Inner:
                    goesOn = Inner(now, ref at);
                    break;
                case StepKind.End:
                    return at;
            }

            if (goesOn)
            {
                step = now.To;
            }
            else if (stack is not null && stack.TryPop(out var other))
            {
                (step, at) = other;
            }
            else
            {
                return -1;
            }
        }
    }

    private readonly bool Takes(Characters set, ref int at)
    {
        if (at >= text.Length)
        {
            return false;
        }

        var (character, units) = Characters.At(text, at);
        var takes = set.Has(character);
        at += takes ? units : 0;
        return takes;
    }

    private readonly bool Marks(int fork, int at)
    {
        ref var bits = ref tried[(at * row) + (fork >> 6)];
        var isNew = (bits >> (fork & 63) & 1) == 0;
        bits |= 1UL << (fork & 63);
        return isNew;
    }

    private bool Inner(in Step step, ref int at)
    {
        foreach (var (first, length) in step.Inners)
        {
            var from = Back(at, length);
            var end = from < 0 ? -1 : Run(first, from, isInner: true);
            if (step.Inner is Node.Atomic)
            {
                at = end >= 0 ? end : at;
                return end >= 0;
            }

            if (end >= 0)
            {
                return !((Node.Look)step.Inner!).IsNegative;
            }
        }

        return step.Inner is Node.Look { IsNegative: true };
    }

    /// <summary>The place so many characters before another, or -1.</summary>
    private readonly int Back(int at, int characters)
    {
        for (; characters > 0 && at > 0; characters--)
        {
            at -= at > 1 && char.IsLowSurrogate(text[at - 1]) && char.IsHighSurrogate(text[at - 2]) ? 2 : 1;
        }

        return characters == 0 ? at : -1;
    }

    private readonly bool Stands(Node.Position position, int at) => position switch
    {
        Node.Position.TextStart => at == 0,
        Node.Position.TextEnd => at == text.Length,
        Node.Position.LastLineEnd => at == text.Length || (at == text.Length - 1 && text[at] == '\n'),
        Node.Position.LineStart => at == 0 || (text[at - 1] == '\n' && at < text.Length),
        Node.Position.LineEnd => at == text.Length || text[at] == '\n',
        _ => (IsWord(Back(at, 1)) != IsWord(at)) == (position == Node.Position.WordEdge),
    };

    private readonly bool IsWord(int at) => at >= 0 && at < text.Length && Characters.Word.Has(Characters.At(text, at).Character);
}
