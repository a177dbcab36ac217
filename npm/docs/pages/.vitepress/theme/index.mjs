// The generator's own look, in the demo's colours.
import DefaultTheme from 'vitepress/theme';
import './style.css';

export default DefaultTheme;
