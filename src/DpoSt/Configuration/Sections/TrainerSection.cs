using DpoSt.Configuration.Binding;

namespace DpoSt.Configuration.Sections;

/// <summary>When something happens during training.</summary>
internal enum IntervalStrategy
{
    /// <summary>Never at a step (for saving: only every few minutes and on Ctrl-C).</summary>
    No,

    /// <summary>Every so many steps.</summary>
    Steps,

    /// <summary>At the end of every epoch.</summary>
    Epoch,
}

/// <summary>The <c>trainer</c> section: transformers' TrainingArguments and trl's DPOConfig with their defaults, and two of ours.</summary>
[IgnoresKeys(
    "auto_find_batch_size", "data_seed", "dataloader_drop_last", "dataloader_num_workers", "dataloader_persistent_workers",
    "dataloader_pin_memory", "dataloader_prefetch_factor", "dataset_num_proc", "ddp_backend", "ddp_broadcast_buffers",
    "ddp_bucket_cap_mb", "ddp_find_unused_parameters", "ddp_timeout", "deepspeed", "disable_tqdm", "do_eval", "do_predict", "do_train",
    "eval_accumulation_steps", "fsdp", "fsdp_config", "gradient_checkpointing_kwargs", "group_by_length",
    "hub_model_id", "hub_private_repo", "hub_strategy", "hub_token", "local_rank", "log_level", "log_level_replica", "log_on_each_node",
    "logging_dir", "logging_first_step", "logging_nan_inf_filter", "logging_strategy", "no_cuda", "overwrite_output_dir",
    "precompute_ref_log_probs",
    "push_to_hub", "remove_unused_columns", "save_on_each_node", "save_safetensors", "skip_memory_metrics", "tf32",
    "torch_compile", "torch_compile_backend", "torch_compile_mode", "use_cpu")]
[OtherName("evaluation_strategy", "eval_strategy")]
[OtherName("evaluate_during_training", "eval_strategy", " (steps)")]
[OtherName("per_gpu_train_batch_size", "per_device_train_batch_size")]
[OtherName("per_gpu_eval_batch_size", "per_device_eval_batch_size")]
[OtherName("fp16", "bf16", ", which needs no loss scaling")]
[OtherName("bf16_full_eval", "bf16", ", in evaluation too")]
[OtherName("fp16_full_eval", "bf16", ", in evaluation too")]
[OtherName("fp16_opt_level", "bf16")]
[OtherName("fp16_backend", "bf16")]
[OtherName("half_precision_backend", "bf16")]
[OtherName("adafactor", "optim", ", and AdamW is the only one")]
[OtherName("optimizer", "optim")]
[OtherName("max_completion_length", "max_target_length")]
[OtherName("scheduler_type", "lr_scheduler_type")]
[OtherName("train_sampling_strategy", "group_by_length_window", "; 1 shuffles alone")]
[OtherName("length_column_name", "group_by_length_window", "; lengths are counted")]
[OtherName("push_to_hub_token", null, "nothing is pushed to a hub: remove it")]
[OtherName("push_to_hub_model_id", null, "nothing is pushed to a hub: remove it")]
[OtherName("push_to_hub_organization", null, "nothing is pushed to a hub: remove it")]
[OtherName("label_smoothing_factor", null, "fine-tuning has no label smoothing here: remove it, or set it to nothing")]
[OtherName("use_mps_device", null, "the command's --device says where it computes: remove it")]
[OtherName("sharded_ddp", null, "a launch file with FSDP (--launch) shards: remove it")]
[OtherName("fsdp_min_num_params", null, "a launch file with FSDP (--launch) shards: remove it")]
[OtherName("fsdp_transformer_layer_cls_to_wrap", null, "a launch file with FSDP (--launch) shards: remove it")]
[OtherName("resume_from_checkpoint", null, "a training goes on by itself, and --fresh starts over: remove it")]
[OtherName("load_best_model_at_end", null, "the last step's model is kept: remove it")]
[OtherName("metric_for_best_model", null, "the last step's model is kept: remove it")]
[OtherName("greater_is_better", null, "the last step's model is kept: remove it")]
[OtherName("model_init_kwargs", null, "the model is read as its folder has it: remove it")]
[OtherName("ref_model_init_kwargs", null, "the reference is the model that the training starts from: remove it")]
[OtherName("ref_model_mixup_alpha", null, "the reference does not change: remove it")]
[OtherName("sync_ref_model", null, "the reference does not change: remove it")]
[OtherName("generate_during_eval", null, "dpost evaluate answers questions: remove it")]
[OtherName("predict_with_generate", null, "dpost evaluate answers questions: remove it")]
[OtherName("generation_max_length", null, "it is eval.max_new_tokens here: move it there")]
internal sealed record TrainerSection
{
    /// <summary>The run's name: a folder below the experiment's.</summary>
    [FolderName]
    public required string RunName { get; init; }

    /// <summary>Where the model is written, relative to DATA_DIR.</summary>
    public required string OutputDir { get; init; }

    /// <summary>Whether products are in bfloat16 (weights, gradients, optimizer stay float32); null asks the launch file.</summary>
    public bool? Bf16 { get; init; }

    /// <summary>Whether each block is computed again in the backward pass instead of being kept for it: less memory, more time.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Trains an adapter in place of all weights; null trains them all.</summary>
    public LoraSection? Lora { get; init; }

    /// <summary>Decides the order of the data, the dropout masks and the samples.</summary>
    [Within(0)]
    public long Seed { get; init; } = 42;

    /// <summary>Rows (or pairs) of a micro-batch, which processes divide among them; transformers' grows with them.</summary>
    [Within(1, Limits.Rows)]
    public int PerDeviceTrainBatchSize { get; init; } = 8;

    /// <summary>Micro-batches of an optimizer step.</summary>
    [Within(1, Limits.Rows)]
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>Rows (or pairs) of a batch of evaluation, which several processes divide among them.</summary>
    [Within(1, Limits.Rows)]
    public int PerDeviceEvalBatchSize { get; init; } = 8;

    /// <summary>Passes over the data.</summary>
    [Within(0, AboveMinimum = true)]
    public double NumTrainEpochs { get; init; } = 3;

    /// <summary>Optimizer steps; where positive it decides instead of <see cref="NumTrainEpochs"/>.</summary>
    [Within(-1)]
    public long MaxSteps { get; init; } = -1;

    /// <summary>The optimizer: both names are the same AdamW here.</summary>
    [OneOf("adamw_torch", "adamw_torch_fused")]
    public string Optim { get; init; } = "adamw_torch";

    /// <summary>AdamW's weight decay, not applied to norms and biases.</summary>
    [Within(0)]
    public double WeightDecay { get; init; }

    /// <summary>The decay of AdamW's first moment.</summary>
    [Within(0, 1, BelowMaximum = true)]
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>The decay of AdamW's second moment.</summary>
    [Within(0, 1, BelowMaximum = true)]
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>What AdamW adds to the root of the second moment.</summary>
    [Within(0)]
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>The largest norm of the gradient; 0 does not clip.</summary>
    [Within(0)]
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>The shape of the learning rate after the warm-up.</summary>
    [OneOf(
        "constant", "constant_with_warmup", "linear", "cosine", "cosine_with_min_lr", "cosine_with_restarts", "polynomial", "inverse_sqrt")]
    public string LrSchedulerType { get; init; } = "linear";

    /// <summary>The learning rate at its peak.</summary>
    [Within(0, 1)]
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>What the shape needs too.</summary>
    public SchedulerSection LrSchedulerKwargs { get; init; } = new();

    /// <summary>The part of the steps that is warm-up, where <see cref="WarmupSteps"/> is 0.</summary>
    [Within(0, 1)]
    public double WarmupRatio { get; init; }

    /// <summary>Steps of warm-up.</summary>
    [Within(0)]
    [Hint("a share of the steps is trainer.warmup_ratio")]
    public long WarmupSteps { get; init; }

    /// <summary>DPO's beta.</summary>
    [Within(0, AboveMinimum = true)]
    public double Beta { get; init; } = 0.1;

    /// <summary>The loss of DPO: <c>sigmoid_norm</c> and <c>ipo</c> compare means over tokens, the others sums;
    /// <c>kto</c> learns from right and wrong rationales one by one.</summary>
    [OneOf("sigmoid", "sigmoid_norm", "robust", "hinge", "ipo", "kto")]
    public string LossType { get; init; } = "sigmoid";

    /// <summary>The chance that a pair is the wrong way round (the losses sigmoid and robust only).</summary>
    [Within(0, 0.5, BelowMaximum = true)]
    public double LabelSmoothing { get; init; }

    /// <summary>The weight of the chosen completion's own loss in DPO; null leaves it out.</summary>
    [Within(0)]
    public double? RpoAlpha { get; init; }

    /// <summary>The weight of right rationales in <c>kto</c>; null is 1.</summary>
    [Within(0)]
    public double? DesirableWeight { get; init; }

    /// <summary>The weight of wrong rationales in <c>kto</c>; null is 1.</summary>
    [Within(0)]
    public double? UndesirableWeight { get; init; }

    /// <summary>Ours: steps after which training questions are answered anew by the model as it is then, and what is chosen from the
    /// answers takes the place of the rows or pairs so far (semi-online); null keeps them.</summary>
    [Within(1)]
    public long? ResampleEvery { get; init; }

    /// <summary>Ours: how many questions each such sampling asks, all in their turn; null asks all each time.</summary>
    [Within(1)]
    public int? ResampleQuestions { get; init; }

    /// <summary>The most tokens of a prompt in DPO; a decoder-only model's is cut only where the row is too long.</summary>
    [Within(1, Limits.Tokens)]
    public int MaxPromptLength { get; init; } = 200;

    /// <summary>The most tokens of a target in DPO (encoder-decoder models).</summary>
    [Within(1, Limits.Tokens)]
    public int MaxTargetLength { get; init; } = 300;

    /// <summary>The most tokens in DPO (decoder-only models), of them <see cref="MaxPromptLength"/> of the prompt.</summary>
    [Within(1, Limits.Tokens)]
    public int MaxLength { get; init; } = 500;

    /// <summary>When to evaluate what is not trained on: the withheld pairs in DPO, <c>data.dev_data_path</c> in fine-tuning.</summary>
    public IntervalStrategy EvalStrategy { get; init; }

    /// <summary>Steps between two evaluations; null is <see cref="LoggingSteps"/>.</summary>
    [Within(1)]
    public int? EvalSteps { get; init; }

    /// <summary>Steps between two lines of the log.</summary>
    [Within(1)]
    public int LoggingSteps { get; init; } = 500;

    /// <summary><c>tensorboard</c>, alone or in a list, writes metrics for TensorBoard too. Other names mean nothing here.</summary>
    [Named("tensorboard")]
    public bool ReportTo { get; init; }

    /// <summary>When to save a resume state, apart from every few minutes and on Ctrl-C; it goes when the model is done.</summary>
    public IntervalStrategy SaveStrategy { get; init; } = IntervalStrategy.Steps;

    /// <summary>Steps between two saves.</summary>
    [Within(1)]
    public int SaveSteps { get; init; } = 500;

    /// <summary>Resume states that are kept; null keeps two, so that a damaged one has one before it.</summary>
    [Within(1)]
    public int? SaveTotalLimit { get; init; }

    /// <summary>Ours: the dropout of training; null is what the model's config.json says.</summary>
    [Within(0, 1, BelowMaximum = true)]
    public double? Dropout { get; init; }

    /// <summary>Ours: rows of similar length are grouped within this many batches; 1 leaves the random order.</summary>
    [Within(1)]
    public int GroupByLengthWindow { get; init; } = 8;
}

/// <summary>The <c>trainer.lr_scheduler_kwargs</c> section.</summary>
internal sealed record SchedulerSection
{
    /// <summary>The learning rate at the end, absolute.</summary>
    [Within(0)]
    public double? MinLr { get; init; }

    /// <summary>The learning rate at the end, as a part of the peak.</summary>
    [Within(0, 1)]
    public double? MinLrRate { get; init; }

    /// <summary>Waves of a cosine, or its hard restarts.</summary>
    [Within(0, AboveMinimum = true)]
    public double? NumCycles { get; init; }

    /// <summary>The exponent of <c>polynomial</c>.</summary>
    [Within(0, AboveMinimum = true)]
    public double? Power { get; init; }

    /// <summary>Where <c>polynomial</c> ends.</summary>
    [Within(0)]
    public double? LrEnd { get; init; }
}
