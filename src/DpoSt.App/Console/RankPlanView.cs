using System.Globalization;
using DpoSt.Planning;
using DpoSt.Training;
using Spectre.Console;

namespace DpoSt.App.Console;

/// <summary>What each process of a training stage holds and sends, and for how long: the whole model on each beside shards.</summary>
internal sealed class RankPlanView(
    IReadOnlyList<TrainingPlan> plans, int processes, IReadOnlyList<TrainingRate> rates, string source, double? bandwidth)
{
    /// <summary>For a program.</summary>
    public object Json() => new
    {
        processes,
        stages = plans.Zip(rates, (p, rate) => new
        {
            stages = p.Stages,
            p.Objective,
            p.Model,
            p.Parameters,
            rate.FlopsPerSecond,
            whole = Json(p.OnRanks(processes, shards: false), rate),
            sharded = Json(p.OnRanks(processes, shards: true), rate),
        }),
    };

    /// <summary>For a person.</summary>
    public void Write(CommandConsole console)
    {
        var columns =
            (from p in plans.Zip(rates, (plan, rate) => (Plan: plan, Rate: rate))
             from shards in (bool[])[false, true]
             select (p.Plan.Stages, Way: shards ? "sharded" : "whole", Rank: p.Plan.OnRanks(processes, shards), p.Rate)).ToArray();
        var table = new Table().RoundedBorder().AddColumn("each process");
        foreach (var (stages, way, _, _) in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape($"{string.Join(", ", stages)}, {way}")) { Alignment = Justify.Right });
        }

        foreach (var (name, value) in Rows)
        {
            table.AddRow(columns.Select(c => value(c.Rank, c.Rate)).Prepend(name).Select(text => new Spectre.Console.Text(text)));
        }

        console.Results().Write(table);
        foreach (var plan in plans)
        {
            console.Out.WriteLine($"{plan.Stages[0]}: lengths are {plan.Lengths}.");
        }

        console.Out.WriteLine(
            $"{Counted.Of(processes, "process", "processes")}; sharded (a launch file with FSDP or DeepSpeed's stage 3)"
            + (processes > 1 ? ", blocks are computed again in the backward pass" : " is only for several")
            + ". Memory of the CPU's kernels; the program itself comes on top.");
        console.Out.WriteLine(
            $"Computing: {source}. Sending: "
            + (bandwidth is { } speed ? $"at {Bytes.Text((long)speed)} a second" : "add --bandwidth GB (a second) to see how long it takes")
            + "; with the whole model on each it happens while the backward pass runs.");
    }

    private (string Name, Func<RankPlan, TrainingRate, string> Value)[] Rows =>
    [
        ("rows of a micro-batch", (r, _) => r.Rows.ToString(CultureInfo.InvariantCulture)),
        ("weights", (r, _) => Bytes.Text(r.Memory.Weights)),
        ("gradients", (r, _) => Bytes.Text(r.Memory.Gradients)),
        ("optimizer", (r, _) => Bytes.Text(r.Memory.Optimizer)),
        ("blocks put together", (r, _) => r.Memory.Gathered == 0 ? "none" : Bytes.Text(r.Memory.Gathered)),
        ("activations", (r, _) => Bytes.Text(r.Memory.Activations)),
        ("work of the backward pass", (r, _) => Bytes.Text(r.Memory.Working)),
        ("held back by the allocator", (r, _) => Bytes.Text(r.Memory.Allocator)),
        ("peak", (r, _) => Bytes.Text(r.Memory.Peak)),
        ("sent in a step", (r, _) => r.SentBytes == 0 ? "nothing" : Bytes.Text(r.SentBytes)),
        ("work of a step", (r, _) => Quantity.Flops(r.FlopsPerStep)),
        ("rate", (_, rate) => $"{Quantity.Flops(rate.FlopsPerSecond)}/s"),
        ("computing a step", (r, rate) => Quantity.Duration(r.Computing(rate))),
        .. bandwidth is { } speed
            ? [("sending in a step", (r, _) => Quantity.Duration(r.Sending(speed)))]
            : Array.Empty<(string, Func<RankPlan, TrainingRate, string>)>(),
    ];

    private object Json(RankPlan rank, TrainingRate rate) => new
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
        rank.FlopsPerStep,
        computing_seconds = rank.Computing(rate).TotalSeconds,
        sending_seconds = bandwidth is { } speed ? rank.Sending(speed).TotalSeconds : (double?)null,
    };
}
