// Starts the window.
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { language } from './words/language.svelte.ts';

const target = document.getElementById('app');
if (target) void language.read().then(() => mount(App, { target }));
