namespace DpoSt.App.Demo;

/// <summary>What the demo says at its end: how to read the table, and where things are.</summary>
internal static class DemoText
{
    public static string Before(string folder) => $"""
        The whole self-training loop on a small model: five to seven minutes on two cores.
        {DemoFolder.LabelledProblems} word problems with rationales, {DemoFolder.PoolProblems} with answers only (the pool),
        {DemoFolder.TestProblems} to test on. Everything goes to {folder}.
        """;

    public static string Afterwards(string folder) => $"""

        How to read this: one seed, one iteration and {DemoFolder.TestProblems} test problems; the intervals are wide. The base model
        was trained on arithmetic and on problems of one step, never on the problems of several steps it solves here; ood is out of
        domain: kinds of problems that no model here was trained on. Self-training also sees the final answers of {DemoFolder.PoolProblems}
        pool questions, which fine-tuning does not: part of its gain is that.
        Over several seeds self-training beats fine-tuning every time; that DPO adds to it is not shown at this size (docs/experiments.md).

        In {folder}
          ft_models/       the models, as transformers reads them
          model_outputs/   every sample with its verdict, pairs and pseudo-labels
          results/         the scores
        provenance.json beside every output tells what it was made from; remove an output and its stage runs again.
        All of it on one page: dpost report {folder}/model_outputs/tiny
        Next: change an option and run again, for example: dpost demo --output {folder} dpo.trainer.learning_rate=5e-6
        """;
}
