namespace DpoSt.Tests.Configuration;

/// <summary>
/// What the four base files of the paper's repository say, with <c>+data.split=train eval.mode=sampling eval.sampling.max_seed=5</c>.
/// </summary>
internal static class PaperGoldens
{
    public const string T5Sft = """
        {"exp_name": "t5",
         "trainer": {"run_name": "sft-0", "output_dir": "ft_models/t5/sft-0", "overwrite_output_dir": true, "bf16": true, "tf32": true,
           "report_to": null, "seed": 42, "per_device_train_batch_size": 12, "gradient_accumulation_steps": 1, "num_train_epochs": 8,
           "optim": "adamw_torch", "weight_decay": 0.01, "lr_scheduler_type": "cosine_with_min_lr", "learning_rate": 0.0003,
           "lr_scheduler_kwargs": {"min_lr_rate": 0.1}, "warmup_ratio": 0.1, "save_strategy": "no", "ddp_find_unused_parameters": false,
           "logging_steps": 10, "dataloader_num_workers": 12},
         "model": {"model_path": "hf_models/flan-t5-large"},
         "data": {"data_path": "gsm8k/train.jsonl", "train_data_path": "gsm8k/train.jsonl", "dev_data_path": "gsm8k/dev.jsonl",
           "test_data_path": "gsm8k/test.jsonl", "tokenizer_path": "hf_models/flan-t5-large", "model_max_length": 1024,
           "max_src_len": 200, "max_tgt_len": 300, "split": "train"},
         "eval": {"per_device_eval_batch_size": 96, "max_new_tokens": 300, "use_calc": true, "mode": "sampling",
           "sampling": {"temperature": 0.7, "min_seed": 0, "max_seed": 5}}}
        """;

    public const string T5Dpo = """
        {"exp_name": "t5",
         "trainer": {"run_name": "dpo-1", "output_dir": "ft_models/t5/dpo-1", "overwrite_output_dir": true, "bf16": true, "tf32": true,
           "report_to": "wandb", "seed": 42, "per_device_train_batch_size": 12, "gradient_accumulation_steps": 1,
           "per_device_eval_batch_size": 4, "max_steps": 150, "optim": "adamw_torch", "weight_decay": 0.01,
           "lr_scheduler_type": "cosine_with_min_lr", "learning_rate": 0.0000007, "lr_scheduler_kwargs": {"min_lr_rate": 0.1},
           "warmup_ratio": 0.1, "save_strategy": "no", "ddp_find_unused_parameters": false, "dataloader_num_workers": 12, "beta": 0.1,
           "max_prompt_length": 200, "max_target_length": 300, "max_length": 500, "eval_strategy": "steps", "eval_steps": 10,
           "logging_steps": 5, "remove_unused_columns": false},
         "model": {"sft_run_name": "sft-0", "model_path": "ft_models/t5/sft-0"},
         "data": {"data_dir": "model_outputs/t5/sft-0/train/", "data_path": "gsm8k/train.jsonl", "train_data_path": "gsm8k/train.jsonl",
           "dev_data_path": "gsm8k/dev.jsonl", "test_data_path": "gsm8k/test.jsonl", "tokenizer_path": "ft_models/t5/sft-0",
           "model_max_length": 1024, "max_src_len": 200, "max_tgt_len": 300, "split": "train"},
         "eval": {"per_device_eval_batch_size": 96, "max_new_tokens": 300, "use_calc": true, "mode": "sampling",
           "sampling": {"temperature": 0.7, "min_seed": 0, "max_seed": 5}}}
        """;

    public const string LlamaSft = """
        {"exp_name": "llama-2",
         "trainer": {"run_name": "sft-0", "output_dir": "ft_models/llama-2/sft-0", "overwrite_output_dir": true, "bf16": true,
           "tf32": true, "report_to": "wandb", "seed": 42, "per_device_train_batch_size": 8, "gradient_accumulation_steps": 2,
           "num_train_epochs": 2, "optim": "adamw_torch", "weight_decay": 0.01, "lr_scheduler_type": "cosine_with_min_lr",
           "learning_rate": 0.00002, "lr_scheduler_kwargs": {"min_lr_rate": 0.1}, "warmup_ratio": 0.1, "save_strategy": "no",
           "ddp_find_unused_parameters": false, "logging_steps": 10, "dataloader_num_workers": 12},
         "model": {"model_path": "hf_models/llama-2"},
         "data": {"data_path": "gsm8k/train.jsonl", "train_data_path": "gsm8k/train.jsonl", "dev_data_path": "gsm8k/dev.jsonl",
           "test_data_path": "gsm8k/test.jsonl", "tokenizer_path": "hf_models/llama-2", "model_max_length": 640,
           "max_src_len": 256, "max_tgt_len": 384, "split": "train"},
         "eval": {"per_device_eval_batch_size": 16, "max_new_tokens": 300, "use_calc": true, "mode": "sampling",
           "sampling": {"temperature": 0.7, "min_seed": 0, "max_seed": 5}}}
        """;

    public const string LlamaDpo = """
        {"exp_name": "llama-2",
         "trainer": {"run_name": "dpo-1", "output_dir": "ft_models/llama-2/dpo-1", "overwrite_output_dir": true, "bf16": true,
           "tf32": true, "report_to": "wandb", "seed": 42, "per_device_train_batch_size": 4, "gradient_accumulation_steps": 4,
           "per_device_eval_batch_size": 4, "max_steps": 100, "optim": "adamw_torch", "weight_decay": 0.01,
           "lr_scheduler_type": "cosine_with_min_lr", "learning_rate": 0.0000003, "lr_scheduler_kwargs": {"min_lr_rate": 0.1},
           "warmup_ratio": 0.1, "save_strategy": "no", "ddp_find_unused_parameters": false, "dataloader_num_workers": 12, "beta": 0.1,
           "max_prompt_length": 256, "max_target_length": 384, "max_length": 640, "eval_strategy": "steps", "eval_steps": 10,
           "logging_steps": 5, "remove_unused_columns": false},
         "model": {"sft_run_name": "sft-0", "model_path": "ft_models/llama-2/sft-0"},
         "data": {"data_dir": "model_outputs/llama-2/sft-0/train/", "data_path": "gsm8k/train.jsonl",
           "train_data_path": "gsm8k/train.jsonl", "dev_data_path": "gsm8k/dev.jsonl", "test_data_path": "gsm8k/test.jsonl",
           "tokenizer_path": "ft_models/llama-2/sft-0", "model_max_length": 640, "max_src_len": 256, "max_tgt_len": 384,
           "split": "train"},
         "eval": {"per_device_eval_batch_size": 16, "max_new_tokens": 300, "use_calc": true, "mode": "sampling",
           "sampling": {"temperature": 0.7, "min_seed": 0, "max_seed": 5}}}
        """;
}
