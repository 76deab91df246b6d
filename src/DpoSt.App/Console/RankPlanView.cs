using System.Globalization;
using DpoSt.SelfTraining;
using Spectre.Console;

namespace DpoSt.App.Console;

/// <summary>What each process of a training stage holds and sends: the whole model on each beside shards.</summary>
internal sealed class RankPlanView(IReadOnlyList<TrainingPlan> plans, int processes)
{
    /// <summary>For a program.</summary>
    public object Json() => new
    {
        processes,
        stages = plans.Select(p => new { stages = p.Stages, p.Objective, p.Model, p.Parameters, whole = Json(p.OnRanks(processes, shards: false)), sharded = Json(p.OnRanks(processes, shards: true)) }),
    };

    /// <summary>For a person.</summary>
    public void Write(CommandConsole console)
    {
        var columns = plans.SelectMany(p => new[] { ("whole", p.OnRanks(processes, shards: false)), ("sharded", p.OnRanks(processes, shards: true)) }.Select(way => (Stages: p.Stages, Way: way.Item1, Rank: way.Item2))).ToArray();
        var table = new Table().RoundedBorder().AddColumn("each process");
        foreach (var (stages, way, _) in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape($"{string.Join(", ", stages)}, {way}")) { Alignment = Justify.Right });
        }

        foreach (var (name, value) in Rows)
        {
            table.AddRow(columns.Select(c => value(c.Rank)).Prepend(name).Select(text => new Spectre.Console.Text(text)));
        }

        console.Results().Write(table);
        foreach (var plan in plans)
        {
            console.Out.WriteLine($"{plan.Stages[0]}: lengths are {plan.Lengths}.");
        }

        console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{processes} processes; sharded (a launch file with FSDP or DeepSpeed's stage 3), blocks are computed again in the backward pass. Memory of the CPU's kernels; the program itself comes on top."));
    }

    private static (string Name, Func<RankPlan, string> Value)[] Rows =>
    [
        ("rows of a micro-batch", r => r.Rows.ToString(CultureInfo.InvariantCulture)),
        ("weights", r => Bytes.Text(r.Memory.Weights)),
        ("gradients", r => Bytes.Text(r.Memory.Gradients)),
        ("optimizer", r => Bytes.Text(r.Memory.Optimizer)),
        ("blocks put together", r => r.Memory.Gathered == 0 ? "none" : Bytes.Text(r.Memory.Gathered)),
        ("activations", r => Bytes.Text(r.Memory.Activations)),
        ("work of the backward pass", r => Bytes.Text(r.Memory.Working)),
        ("held back by the allocator", r => Bytes.Text(r.Memory.Allocator)),
        ("peak", r => Bytes.Text(r.Memory.Peak)),
        ("sent in a step", r => r.SentBytes == 0 ? "nothing" : Bytes.Text(r.SentBytes)),
    ];

    private static object Json(RankPlan rank) => new
    {
        rank.Rows,
        memory_bytes = new
        {
            rank.Memory.Weights,
            rank.Memory.Gradients,
            rank.Memory.Optimizer,
            rank.Memory.Gathered,
            rank.Memory.Activations,
            rank.Memory.Working,
            rank.Memory.Allocator,
            rank.Memory.Peak,
        },
        rank.SentBytes,
    };
}
