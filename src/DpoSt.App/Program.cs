Console.WriteLine("dpost");
