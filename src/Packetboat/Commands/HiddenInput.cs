using System.Text;

namespace Packetboat.Commands;

/// <summary>A secret that a person types in, and that the terminal does not show. Without a terminal it is a line of standard input.</summary>
internal static class HiddenInput
{
    public static string Ask(string prompt)
    {
        if (Console.IsInputRedirected)
            return Console.In.ReadLine() ?? "";

        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
