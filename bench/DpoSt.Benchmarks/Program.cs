using DpoSt.Benchmarks;

return args is ["experiment", ..] ? Experiment.Run(args[1..]) : Usage();

static int Usage()
{
    Console.Error.WriteLine("""
        Offline measurements, minutes to hours each.

          experiment --output DIR [--seeds N] [--repeats N] [--threads N] [overrides as in dpost run]
              the demo's setting over several seeds of problems, every arm retrained from fresh samples in each repeat; prints docs/experiments.md's table
        """);
    return 2;
}
